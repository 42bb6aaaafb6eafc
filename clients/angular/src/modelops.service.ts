import { HttpClient, HttpErrorResponse, HttpEventType, HttpHeaders, HttpParams } from '@angular/common/http';
import { inject, Injectable, InjectionToken } from '@angular/core';
import { catchError, firstValueFrom, Observable, of, retry, throwError, timer } from 'rxjs';
import type {
  ActivationAnswer, ActiveModelAnswer, ComparisonAnswer, DatasetAnswer, DeletionAnswer, JobAnswer, PredictionAnswer, PredictionInput,
  Problem, RetrainModel, RetrainQueued, TokenAnswer, VersionList,
} from './types';
import { isTransient, watchJob } from './watch-job';

/** Where the service is, and who asks. */
export interface ModelOpsConfig {
  /** Such as `https://modelops.example.org/`, with a slash at the end. Its `ModelOps__Cors__Origins` names this page's origin. */
  readonly address: string;
  /** The access token, asked for at each request; null before the sign-in. */
  readonly token: () => string | null;
}

export const MODEL_OPS_CONFIG = new InjectionToken<ModelOpsConfig>('ModelOpsConfig');

/** How far an upload is. `answer` is there when the service has taken the file in. */
export interface UploadProgress {
  readonly sent: number;
  readonly total: number;
  readonly answer: DatasetAnswer | null;
}

/** Of activations and rollbacks. */
export interface ActivationOptions {
  /** For the history of activations. */
  readonly reason?: string;
  /** The version that the user saw in service; another one is in service by now: 409 `active_model_changed`, and nothing changes. */
  readonly expectedActive?: string;
}

export interface VersionQuery {
  readonly limit?: number;
  readonly cursor?: string;
  readonly q?: string;
  readonly tag?: string;
  readonly dataset?: string;
}

/** What a refusal says: `code` for programs, `detail` for people. Null for lost connections and answers of other programs. */
export function problemOf(error: unknown): Problem | null {
  const body: unknown = error instanceof HttpErrorResponse ? error.error : null;
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body ? (body as Problem) : null;
}

/** The service's HTTP interface. Each method sends its request when the observable is subscribed to. */
@Injectable({ providedIn: 'root' })
export class ModelOpsService {
  private readonly http = inject(HttpClient);
  private readonly config = inject(MODEL_OPS_CONFIG);

  login(email: string, password: string): Observable<TokenAnswer> {
    return this.http.post<TokenAnswer>(this.url('auth/login'), { email, password });
  }

  /** One page, the newest first; `next_cursor` is the next page's `cursor`. */
  getModelVersions(query: VersionQuery = {}): Observable<VersionList> {
    const params = new HttpParams({ fromObject: { ...query } });
    return this.http.get<VersionList>(this.url('model/versions'), { headers: this.headers(), params });
  }

  /** Null while no version is in service. */
  getActiveModel(): Observable<ActiveModelAnswer | null> {
    return this.http.get<ActiveModelAnswer>(this.url('model/active'), { headers: this.headers() }).pipe(
      catchError((error: unknown) => (problemOf(error)?.code === 'no_active_model' ? of(null) : throwError(() => error))),
    );
  }

  /**
   * Queues a training; follow it with {@link watchJob}. A lost answer and a busy service are retried up to five times. Thanks to the key,
   * all tries start one training.
   */
  retrainModel(request: Partial<RetrainModel> = {}, idempotencyKey = newKey()): Observable<RetrainQueued> {
    const headers = this.headers({ 'Idempotency-Key': idempotencyKey });
    return this.http.post<RetrainQueued>(this.url('model/retrain'), request, { headers }).pipe(
      retry({
        count: 5,
        delay: (error: unknown, tries) => {
          const refused = refusal(error);
          return isTransient(refused) ? timer((refused.retryAfter ?? 2 ** (tries - 1)) * 1_000) : throwError(() => error);
        },
      }),
    );
  }

  /** The job's current state, then each change up to its end, also after lost connections; fails after five minutes without an answer. */
  watchJob(jobId: string): Observable<JobAnswer> {
    const address = this.url(`model/jobs/${encodeURIComponent(jobId)}`);
    return watchJob({
      // The browser's EventSource can't send a token.
      open: (signal) => fetch(`${address}/events`, {
        headers: { ...this.authorization(), Accept: 'text/event-stream' }, cache: 'no-store', signal,
      }),
      read: () => firstValueFrom(this.getJob(jobId).pipe(catchError((error: unknown) => throwError(() => refusal(error))))),
    });
  }

  getJob(jobId: string): Observable<JobAnswer> {
    return this.http.get<JobAnswer>(this.url(`model/jobs/${encodeURIComponent(jobId)}`), { headers: this.headers() });
  }

  cancelJob(jobId: string): Observable<JobAnswer> {
    return this.http.post<JobAnswer>(this.url(`model/jobs/${encodeURIComponent(jobId)}/cancel`), null, { headers: this.headers() });
  }

  activateModel(version: string, options: ActivationOptions = {}): Observable<ActivationAnswer> {
    return this.http.post<ActivationAnswer>(this.url('model/activate'), { version, ...wire(options) }, { headers: this.headers() });
  }

  /** Back to the version that was in service before. */
  rollback(options: ActivationOptions = {}): Observable<ActivationAnswer> {
    return this.http.post<ActivationAnswer>(this.url('model/rollback'), wire(options), { headers: this.headers() });
  }

  /** Emits while the file is sent, and at last with the answer. */
  uploadDataset(file: File, options: { readonly strict?: boolean } = {}): Observable<UploadProgress> {
    const form = new FormData();
    form.append('file', file);
    return new Observable<UploadProgress>((subscriber) => {
      let total = file.size;
      return this.http.post<DatasetAnswer>(this.url('model/upload-dataset'), form, {
        headers: this.headers(),
        params: options.strict ? { strict: true } : {},
        observe: 'events',
        reportProgress: true,
      }).subscribe({
        next: (event) => {
          if (event.type === HttpEventType.UploadProgress) {
            total = event.total ?? total;
            subscriber.next({ sent: event.loaded, total, answer: null });
          } else if (event.type === HttpEventType.Response) {
            subscriber.next({ sent: total, total, answer: event.body });
          }
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });
  }

  deleteVersion(version: string): Observable<DeletionAnswer> {
    return this.http.delete<DeletionAnswer>(this.url(`model/version/${encodeURIComponent(version)}`), { headers: this.headers() });
  }

  /** With the version in service, where no baseline is given. */
  compareVersions(candidate: string, baseline?: string): Observable<ComparisonAnswer> {
    return this.http.get<ComparisonAnswer>(this.url('model/compare'), {
      headers: this.headers(),
      params: baseline === undefined ? { candidate } : { candidate, baseline },
    });
  }

  predict(patient: PredictionInput): Observable<PredictionAnswer> {
    return this.http.post<PredictionAnswer>(this.url('model/predict'), patient, { headers: this.headers() });
  }

  private url(path: string): string {
    return this.config.address + path;
  }

  private headers(also: Record<string, string> = {}): HttpHeaders {
    return new HttpHeaders({ ...this.authorization(), ...also });
  }

  private authorization(): Record<string, string> {
    const token = this.config.token();
    return token === null ? {} : { Authorization: `Bearer ${token}` };
  }
}

function wire(options: ActivationOptions): { reason?: string; expected_active?: string } {
  return { reason: options.reason, expected_active: options.expectedActive };
}

/** The error as it is, with the seconds that its answer asks for. */
function refusal(error: unknown): { status: number; retryAfter: number | null; error: unknown } {
  const answer = error instanceof HttpErrorResponse ? error : null;
  const seconds = Number(answer?.headers.get('Retry-After') ?? Number.NaN);
  return { status: answer?.status ?? 0, retryAfter: Number.isFinite(seconds) ? seconds : null, error: answer?.error };
}

/** Not crypto.randomUUID, which pages without TLS don't have. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
