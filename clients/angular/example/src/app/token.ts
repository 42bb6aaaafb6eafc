import { InjectionToken, type WritableSignal } from '@angular/core';

/** The access token of whoever is signed in. */
export const TOKEN = new InjectionToken<WritableSignal<string | null>>('Token');
