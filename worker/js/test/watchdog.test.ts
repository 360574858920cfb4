import assert from 'node:assert/strict';
import { mock, test, type TestContext } from 'node:test';

import { Channel } from '../src/client/channel.js';
import type { PipelineEnd, Pipelines } from '../src/client/pipelines.js';
import { Bypass, Watchdog } from '../src/client/watchdog.js';
import { FakeWorker, settled } from './fake-worker.js';

// What browsers do to a connection that closes while it counts; a call has others.
for (const [what, getStats] of [
  ['never come', () => new Promise<never>(() => {})],
  ['fail', () => Promise.reject(new Error('closed'))],
] as const) {
  test(`counters that ${what} fail nobody, and hide nothing of other ends`, async (context) => {
    let packets = 0;
    const bypassed = end(2, async () => [{ type: 'outbound-rtp', packetsSent: (packets += 50) }]);
    const { alarms, failures } = await watch(context, [end(1, getStats), bypassed]);
    assert.deepEqual(failures, []);
    assert.ok(alarms.length > 10);
    assert.deepEqual(new Set(alarms), new Set([2]));
  });
}

test('nothing is counted twice at once', async (context) => {
  let asked = 0;
  const { failures } = await watch(context, [end(1, () => new Promise(() => (asked += 1)))]);
  assert.deepEqual({ failures, asked }, { failures: [], asked: 1 });
});

test('a worker that does not answer has failed', async (context) => {
  const worker = new FakeWorker();
  mock.method(worker, 'postMessage', () => {});
  const { failures } = await watch(context, [end(1, async () => [])], worker);
  assert.deepEqual(failures, ['the worker does not answer']);
});

test('frames that nobody saw are told within three checks, then at each', () => {
  const video = new Bypass('video');
  const told = [1, 31, 61, 91].map((passed) => video.check(passed, 0));
  assert.deepEqual(told, [0, 31, 30, 30]);

  const audio = new Bypass('audio');
  assert.deepEqual(
    [2, 52, 102].map((passed) => audio.check(passed, 0)),
    [0, 52, 50],
  );
});

test('a transform that runs is not suspected', () => {
  const bypass = new Bypass('video');
  // One frame a second, counted by the browser just before and by the worker just after the check.
  for (let second = 1; second < 60; second += 1) {
    assert.equal(bypass.check(second, second - 1), 0);
  }
});

test('a slow stream is told as surely', () => {
  const bypass = new Bypass('video');
  assert.deepEqual(
    [1, 2, 3].map((passed) => bypass.check(passed, 0)),
    [0, 0, 3],
  );
});

test('packets without a frame are not suspicious', () => {
  const bypass = new Bypass('audio');
  const told = [2, 4, 6, 8].map((passed) => bypass.check(passed, 0));
  assert.deepEqual(told, [0, 0, 0, 0]);
});

test('it recovers', () => {
  const bypass = new Bypass('video');
  assert.deepEqual(
    [30, 60].map((passed) => bypass.check(passed, 0)),
    [0, 60],
  );
  assert.equal(bypass.check(90, 28), 0);
  assert.equal(bypass.check(120, 28), 0);
  assert.equal(bypass.check(150, 28), 60);
});

test('counters of the browser that start anew are not counted', () => {
  const bypass = new Bypass('video');
  assert.equal(bypass.check(900, 0), 0);
  assert.equal(bypass.check(3, 0), 0);
  assert.equal(bypass.check(33, 0), 0);
});

/** What a watchdog says of these ends in 20 s: pipelines bypassed, and why the worker failed. */
async function watch(context: TestContext, ends: PipelineEnd[], worker = new FakeWorker()) {
  context.mock.timers.enable({ apis: ['setInterval'] });
  worker.answers = { stats: { pipelines: [] } };
  const alarms: number[] = [];
  const failures: string[] = [];
  const channel = new Channel(worker as unknown as Worker, {
    event() {},
    failed: () => failures.push(channel.ended!.message),
  });
  const pipelines = { prune: () => ends.length, [Symbol.iterator]: () => ends.values() };
  const watchdog = new Watchdog(pipelines as unknown as Pipelines, channel, ({ pipeline }) =>
    alarms.push(pipeline),
  );
  watchdog.start();
  for (let second = 0; second < 20; second += 1) {
    context.mock.timers.tick(1000);
    await settled();
  }
  watchdog.stop();
  return { alarms, failures };
}

/** The sending end of a transceiver whose browser counts so. */
function end(pipeline: number, getStats: () => Promise<unknown>): PipelineEnd {
  const transceiver = { currentDirection: 'sendonly' };
  const sender = { getStats };
  return { pipeline, direction: 'send', kind: 'audio', transceiver, end: sender } as never;
}
