import { Observable } from 'rxjs';
import type { JobAnswer } from './types';

/** Where a job's states come from. Its promises reject with a {@link Refusal}, or with the error of a lost connection. */
export interface JobSource {
  /** Opens the stream of Server-Sent Events. */
  open(signal: AbortSignal): Promise<Response>;
  /** Asks for the present state once. */
  read(signal: AbortSignal): Promise<JobAnswer>;
}

/** An answer that isn't a success. */
export interface Refusal {
  readonly status: number;
  /** Seconds, where the answer says when to try again. */
  readonly retryAfter: number | null;
}

/** In milliseconds. */
export interface WatchTiming {
  /** Between two connections or two polls. */
  readonly pause: number;
  /** The delay after the first failure; it doubles up to 15 s. */
  readonly firstDelay: number;
  /** A connection without events for this long is replaced: it may be half open. */
  readonly silence: number;
  /** How long the service may be unreachable or busy before the last error is thrown. */
  readonly patience: number;
}

export const defaultTiming: WatchTiming = { pause: 1_000, firstDelay: 500, silence: 30_000, patience: 300_000 };

const longestDelay = 15_000;

/**
 * A job's current state, then each change up to its end. A lost connection is replaced by a new one, which begins with the current state;
 * its history has the epochs in between. Where no events arrive, the job is polled.
 */
export function watchJob(source: JobSource, timing: WatchTiming = defaultTiming): Observable<JobAnswer> {
  return new Observable((subscriber) => {
    const end = new AbortController();
    follow(source, timing, end.signal, (job) => subscriber.next(job)).then(
      () => subscriber.complete(),
      (error: unknown) => {
        if (!end.signal.aborted) {
          subscriber.error(error);
        }
      },
    );
    return () => end.abort();
  });
}

export function isFinal(job: JobAnswer): boolean {
  return job.status === 'succeeded' || job.status === 'failed' || job.status === 'cancelled';
}

/** Whether the same request may succeed later. */
export function isTransient(error: unknown): boolean {
  const status = (error as Partial<Refusal> | null)?.status;
  return typeof status !== 'number' || [0, 408, 429, 502, 503, 504].includes(status);
}

async function follow(source: JobSource, timing: WatchTiming, signal: AbortSignal, next: (job: JobAnswer) => void): Promise<void> {
  let failingSince: number | null = null;
  let delay = timing.firstDelay;
  const answered = () => {
    failingSince = null;
    delay = timing.firstDelay;
  };

  while (true) {
    let hasEvents = false;
    for await (const job of events(source, timing, signal)) {
      hasEvents = true;
      answered();
      next(job);
      if (isFinal(job)) {
        return;
      }
    }

    signal.throwIfAborted();
    if (!hasEvents) {
      // If the events were refused permanently, this request throws the reason.
      try {
        const job = await source.read(signal);
        answered();
        next(job);
        if (isFinal(job)) {
          return;
        }
      } catch (error) {
        failingSince ??= Date.now();
        const retryAfter = (error as Partial<Refusal> | null)?.retryAfter;
        const wait = retryAfter == null ? delay : retryAfter * 1_000;
        if (!isTransient(error) || Date.now() - failingSince + wait > timing.patience) {
          throw error;
        }

        delay = Math.min(delay * 2, longestDelay);
        await pause(wait, signal);
        continue;
      }
    }

    await pause(timing.pause, signal);
  }
}

/** The events of one connection, until it ends for any reason; none if the connection fails. */
async function* events(source: JobSource, timing: WatchTiming, signal: AbortSignal): AsyncGenerator<JobAnswer> {
  const connection = new AbortController();
  const abort = () => connection.abort();
  signal.addEventListener('abort', abort);
  let silence = setTimeout(abort, timing.silence);
  try {
    const response = await source.open(connection.signal);
    if (!response.ok || !response.body || !response.headers.get('Content-Type')?.startsWith('text/event-stream')) {
      return;
    }

    let text = '';
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      clearTimeout(silence);
      text += part.value.replaceAll('\r\n', '\n');
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const data = text.slice(0, end).split('\n').filter((line) => line.startsWith('data:')).map((line) => line.slice(5)).join('\n');
        text = text.slice(end + 2);
        if (data) {
          yield JSON.parse(data) as JobAnswer;
        }
      }

      silence = setTimeout(abort, timing.silence);
    }
  } catch {
    // The connection was lost. The next connection or poll shows whether that is permanent.
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', abort);
    connection.abort();
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', abort, { once: true });
  });
}
