import { DatePipe, DecimalPipe } from '@angular/common';
import { Component, DestroyRef, ElementRef, inject, type OnInit, signal, viewChild } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import {
  type ActiveModelAnswer, isFinal, type JobAnswer, ModelOpsService, problemOf, type RetrainModel, type VersionListItem,
} from 'modelops';
import { forkJoin, type Observable, switchMap } from 'rxjs';

/** What a dialog asks before it is done. */
interface Question {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly send: () => Observable<{ message: string }>;
}

/** The version in service, all versions, and a form that trains another one. */
@Component({
  selector: 'app-models',
  imports: [DatePipe, DecimalPipe],
  templateUrl: './models.component.html',
})
export class ModelsComponent implements OnInit {
  protected readonly active = signal<ActiveModelAnswer | null>(null);
  protected readonly versions = signal<readonly VersionListItem[]>([]);
  protected readonly nextCursor = signal<string | null>(null);
  protected readonly job = signal<JobAnswer | null>(null);
  protected readonly dataset = signal<string | null>(null);
  protected readonly uploaded = signal<number | null>(null);
  protected readonly busy = signal(false);
  protected readonly message = signal('');
  protected readonly error = signal('');
  protected readonly question = signal<Question | null>(null);

  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');
  private readonly modelOps = inject(ModelOpsService);
  private readonly destroyed = inject(DestroyRef);

  ngOnInit(): void {
    this.load();
  }

  protected load(): void {
    this.run(forkJoin([this.modelOps.getActiveModel(), this.modelOps.getModelVersions({ limit: 20 })]), ([active, page]) => {
      this.active.set(active);
      this.versions.set(page.models);
      this.nextCursor.set(page.next_cursor);
    });
  }

  protected loadMore(): void {
    this.run(this.modelOps.getModelVersions({ limit: 20, cursor: this.nextCursor()! }), (page) => {
      this.versions.update((known) => [...known, ...page.models]);
      this.nextCursor.set(page.next_cursor);
    });
  }

  protected upload(input: HTMLInputElement): void {
    const file = input.files?.[0];
    if (file) {
      this.uploaded.set(0);
      this.run(this.modelOps.uploadDataset(file), ({ sent, total, answer }) => {
        this.uploaded.set(total === 0 ? 1 : sent / total);
        if (answer) {
          this.uploaded.set(null);
          this.dataset.set(answer.filename);
          this.message.set(answer.message);
          input.value = '';
        }
      });
    }
  }

  protected train(event: Event, fromDatabase: boolean, epochs: number): void {
    event.preventDefault();
    const request: Partial<RetrainModel> = { use_database: fromDatabase, dataset_name: this.dataset(), epochs };
    this.busy.set(true);
    this.run(this.modelOps.retrainModel(request).pipe(switchMap((queued) => this.modelOps.watchJob(queued.job_id))), (job) => {
      this.job.set(job);
      if (isFinal(job)) {
        this.busy.set(false);
        this.message.set(job.status === 'succeeded' ? `${job.version} was trained.` : job.error?.detail ?? 'The training was cancelled.');
        this.load();
      }
    });
  }

  protected cancel(job: JobAnswer): void {
    this.run(this.modelOps.cancelJob(job.job_id), () => this.message.set('The training will end soon.'));
  }

  protected askToActivate(version: VersionListItem): void {
    const seen = this.active()?.version;
    this.ask({
      title: `Activate ${version.version}?`,
      text: seen ? `It takes over from ${seen} at once.` : 'It answers from now on.',
      action: 'Activate',
      send: () => this.modelOps.activateModel(version.version, { expectedActive: seen }),
    });
  }

  protected askToRollBack(): void {
    const seen = this.active()?.version;
    this.ask({
      title: 'Roll back?',
      text: `The version that was in service before takes over from ${seen}.`,
      action: 'Roll back',
      send: () => this.modelOps.rollback({ expectedActive: seen }),
    });
  }

  protected askToDelete(version: VersionListItem): void {
    this.ask({
      title: `Delete ${version.version}?`,
      text: 'Its files are removed for good.',
      action: 'Delete',
      send: () => this.modelOps.deleteVersion(version.version),
    });
  }

  protected answer(yes: boolean): void {
    const question = this.question();
    this.dialog().nativeElement.close();
    if (yes && question) {
      this.run(question.send(), (answer) => {
        this.message.set(answer.message);
        this.load();
      });
    }
  }

  private ask(question: Question): void {
    this.question.set(question);
    this.dialog().nativeElement.showModal();
  }

  private run<T>(request: Observable<T>, next: (answer: T) => void): void {
    this.error.set('');
    request.pipe(takeUntilDestroyed(this.destroyed)).subscribe({
      next,
      error: (error: unknown) => {
        this.busy.set(false);
        this.uploaded.set(null);
        this.error.set(problemOf(error)?.detail ?? 'The service can\'t be reached.');
      },
    });
  }
}
