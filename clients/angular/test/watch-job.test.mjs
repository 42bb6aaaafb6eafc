import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastValueFrom, take, toArray } from 'rxjs';
import { watchJob } from '../dist-test/watch-job.js';

const timing = { pause: 1, firstDelay: 1, silence: 50, patience: 1_000 };
const state = (epoch, status = 'running') => ({ epoch, status });
const sent = (job) => `data: ${JSON.stringify(job)}\n\n`;

/** A connection that sends these pieces and then ends, is lost, or says nothing more. */
function stream(pieces, then = 'ends') {
  const bytes = new TextEncoder();
  const left = [...pieces];
  return (signal) => {
    const body = new ReadableStream({
      pull(controller) {
        if (left.length > 0) {
          controller.enqueue(bytes.encode(left.shift()));
        } else if (then === 'ends') {
          controller.close();
        } else if (then === 'is lost') {
          controller.error(new TypeError('network error'));
        } else {
          return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        }
      },
    });
    return Promise.resolve(new Response(body, { headers: { 'Content-Type': 'text/event-stream' } }));
  };
}

function source(connections, reads = []) {
  return {
    open: (signal) => (connections.length > 0 ? connections.shift()(signal) : Promise.reject(new TypeError('no connection'))),
    read: () => {
      const next = reads.shift();
      return next instanceof Error || next?.refused ? Promise.reject(next) : Promise.resolve(next);
    },
  };
}

const seen = (from) => lastValueFrom(watchJob(from, timing).pipe(toArray()));

test('a stream in pieces gives each state once', async () => {
  const whole = sent(state(1)) + sent(state(2, 'succeeded'));
  assert.deepEqual(await seen(source([stream([whole.slice(0, 9), whole.slice(9, 31), whole.slice(31)])])), [state(1), state(2, 'succeeded')]);
});

for (const then of ['ends', 'is lost', 'is silent']) {
  test(`a connection that ${then} is made anew`, async () => {
    const from = source([stream([sent(state(1)), 'data: {"epo'], then), stream([sent(state(5)), sent(state(6, 'succeeded'))])]);
    assert.deepEqual(await seen(from), [state(1), state(5), state(6, 'succeeded')]);
  });
}

test('without events the job is asked for', async () => {
  const page = () => Promise.resolve(new Response('<html>', { headers: { 'Content-Type': 'text/html' } }));
  assert.deepEqual(await seen(source([page, page, page], [state(1), state(2), state(3, 'cancelled')])), [state(1), state(2), state(3, 'cancelled')]);
});

test('a busy service is waited for as long as it says', async () => {
  const started = Date.now();
  assert.deepEqual(await seen(source([], [{ refused: true, status: 503, retryAfter: 0.2 }, state(1, 'failed')])), [state(1, 'failed')]);
  assert.ok(Date.now() - started >= 199);
});

test('a refusal for good is an error', async () => {
  await assert.rejects(seen(source([], [{ refused: true, status: 404, retryAfter: null }])), { status: 404 });
});

test('a service that stays away is an error after the patience', async () => {
  const away = { open: () => Promise.reject(new TypeError('away')), read: () => Promise.reject(new TypeError('away')) };
  await assert.rejects(lastValueFrom(watchJob(away, { ...timing, patience: 20 })), TypeError);
});

test('whoever unsubscribes ends the connection', async () => {
  let ended;
  const isEnded = new Promise((resolve) => { ended = resolve; });
  const from = { open: (signal) => { signal.addEventListener('abort', ended); return stream([sent(state(1))], 'is silent')(signal); } };
  await lastValueFrom(watchJob(from, { ...timing, silence: 60_000 }).pipe(take(1)));
  await isEnded;
});
