import { provideHttpClient } from '@angular/common/http';
import { provideZonelessChangeDetection, signal } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { MODEL_OPS_CONFIG, type ModelOpsConfig } from 'modelops';
import { AppComponent } from './app/app.component';
import { TOKEN } from './app/token';

const settings = (await (await fetch('config.json')).json()) as { service: string };

// Only in memory: a reload signs out, and no other script finds the token in the browser's storage.
const token = signal<string | null>(null);
const config: ModelOpsConfig = { address: settings.service, token };

await bootstrapApplication(AppComponent, {
  providers: [
    provideZonelessChangeDetection(),
    provideHttpClient(),
    { provide: MODEL_OPS_CONFIG, useValue: config },
    { provide: TOKEN, useValue: token },
  ],
});
