/** The npm package as an application gets it: its errors, its scripts, and strict pages. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { TrackStats } from 'frameseal';
import { gather } from './lib/evidence.ts';
import { inBrowsers } from './lib/suite.ts';
import type { CallOptions, Call } from './lib/call.ts';
import { until } from './lib/until.ts';
import type { Tap } from './workers/messages.ts';

inBrowsers((bench) => {
  test('wrong calls fail, each in its way', async () => {
    const verdicts = await bench.run('misuse', 'misuse');
    for (const { call, expected, actual } of verdicts) assert.equal(actual, expected, call);
  });

  test('stats() tells what passed', async () => {
    await bench.call({}, async (call) => {
      await call.connect();
      await call.flows();
      await call.finish();
      for (const peer of call.ends) {
        // A frame may still come between one question and the other.
        const tracks = await until('stats and taps to agree', async () => {
          const [{ tracks }, taps] = [await peer.session('stats'), await peer.taps()];
          return isDeepStrictEqual(counted(tracks), seen(taps)) && tracks;
        });
        for (const { dropped, seen, passed, empty, microseconds } of tracks) {
          assert.equal(dropped.duplicate, seen - passed - empty, 'only repeats are dropped');
          assert.ok(microseconds.p50 <= microseconds.p99 && microseconds.p99 < 1_000_000);
        }
      }
    });
  });

  test('the worker that the package starts by itself', async () => {
    await bench.call({ worker: null }, opensBothWays);
  });

  test('the worker in a single file', async () => {
    await bench.call({ worker: 'tapped-single' }, async (call) => {
      await opensBothWays(call);
      const { toAlice, toBob } = await call.finish();
      for (const direction of [toAlice, toBob]) {
        const { lost, forged, leaks } = gather(direction, 'video');
        assert.deepEqual({ lost, forged, leaks }, { lost: 0, forged: 0, leaks: 0 });
      }
    });
  });
});

const csp = (script: string) => ({
  'content-security-policy': `default-src 'self'; script-src ${script}; worker-src 'self'`,
});

inBrowsers(
  (bench) => {
    for (const worker of [null, 'tapped'] as const) {
      const options: CallOptions = { worker };
      test(`a strict content security policy, ${worker ?? "the package's own worker"}`, () =>
        bench.call(options, opensBothWays));
    }
  },
  { title: 'with a strict policy', headers: csp("'self' 'wasm-unsafe-eval'") },
);

inBrowsers(
  (bench) => {
    test('a policy without WebAssembly is told as why the worker did not start', async () => {
      await assert.rejects(bench.call({ worker: null }, opensBothWays), /wasm-unsafe-eval/);
    });
  },
  { title: 'without WebAssembly', headers: csp("'self'") },
);

async function opensBothWays(call: Call): Promise<void> {
  await call.connect();
  await call.flows();
  for (const end of call.ends) assert.deepEqual(await end.problems(), []);
}

/** What `stats()` says of each pipeline, in the terms of {@link seen}. */
function counted(tracks: TrackStats[]): Count[] {
  return tracks
    .map(({ kind, direction, seen, passed, empty, bytesOut }) => ({
      pipeline: `${kind} ${direction}`,
      before: seen,
      after: passed + empty,
      bytes: bytesOut,
    }))
    .sort(byPipeline);
}

/** What the taps saw of each pipeline. */
function seen(taps: Tap<Buffer>[]): Count[] {
  return taps
    .map(({ kind, direction, before, after }) => ({
      pipeline: `${kind} ${direction}`,
      before: before.length,
      after: after.length,
      bytes: after.reduce((sum, { data }) => sum + data.length, 0),
    }))
    .sort(byPipeline);
}

interface Count {
  pipeline: string;
  before: number;
  after: number;
  bytes: number;
}

function byPipeline(a: Count, b: Count): number {
  return a.pipeline.localeCompare(b.pipeline);
}
