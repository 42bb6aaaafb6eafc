import { Component, inject, signal } from '@angular/core';
import { ModelOpsService, problemOf } from 'modelops';
import { ModelsComponent } from './models.component';
import { TOKEN } from './token';

/** Signs in, and shows the models to whoever is. */
@Component({
  selector: 'app-root',
  imports: [ModelsComponent],
  template: `
    <main>
      <h1>Models</h1>
      @if (token()) {
        <app-models />
      } @else {
        <form class="card" (submit)="signIn($event, email.value, password.value)">
          <label for="email">E-mail</label>
          <input #email id="email" type="email" autocomplete="username" required>
          <label for="password">Password</label>
          <input #password id="password" type="password" autocomplete="current-password" required>
          <button type="submit" [disabled]="busy()">Sign in</button>
          <p role="alert">{{ error() }}</p>
        </form>
      }
    </main>
  `,
})
export class AppComponent {
  protected readonly token = inject(TOKEN);
  protected readonly busy = signal(false);
  protected readonly error = signal('');
  private readonly modelOps = inject(ModelOpsService);

  protected signIn(event: Event, email: string, password: string): void {
    event.preventDefault();
    this.busy.set(true);
    this.modelOps.login(email, password).subscribe({
      next: (answer) => this.token.set(answer.access_token),
      error: (error: unknown) => {
        this.busy.set(false);
        this.error.set(problemOf(error)?.detail ?? 'The service can\'t be reached.');
      },
    });
  }
}
