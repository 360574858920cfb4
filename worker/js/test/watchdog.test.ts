import assert from 'node:assert/strict';
import { mock, test, type TestContext } from 'node:test';

import { Channel } from '../src/client/channel.js';
import type { PipelineEnd, Pipelines } from '../src/client/pipelines.js';
import { Watchdog } from '../src/client/watchdog.js';
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
    assert.deepEqual(alarms, [2]);
  });
}

test('nothing is counted twice at once', async (context) => {
  let asked = 0;
  const { failures } = await watch(context, [end(1, () => new Promise(() => (asked += 1)))]);
  assert.deepEqual({ failures, asked }, { failures: [], asked: 1 });
});

test('a picture that stands still is told, and one that moves is not', async (context) => {
  let moving = 0;
  const pictures = (framesDecoded: () => number) =>
    end(framesDecoded === still ? 1 : 2, async () => [{ type: 'inbound-rtp', framesDecoded: framesDecoded() }], {
      direction: 'receive',
      kind: 'video',
    });
  const still = () => 1;
  let opened = 0;
  const { stoodStill } = await watch(context, [pictures(still), pictures(() => (moving += 1))], {
    stats: () => ({ pipelines: [1, 2].map((pipeline) => ({ pipeline, seen: 0, passed: (opened += 9) })) }),
  });
  assert.deepEqual(new Set(stoodStill), new Set([1]));
  assert.equal(stoodStill.length, 5);
});

test('a source that begins during a look is looked at soon', async (context) => {
  let watchdog: Watchdog | undefined;
  let opened = 0;
  let looks = 0;
  const receiver: PipelineEnd = end(
    1,
    async () => {
      // By then frames have come for a while and were not known to this look.
      if (++looks === 2) watchdog!.begin(receiver);
      if (looks > 2) opened += 9;
      return [{ type: 'inbound-rtp', framesDecoded: 0 }];
    },
    { direction: 'receive', kind: 'video' },
  );
  const { stoodStillAt } = await watch(context, [receiver], {
    stats: () => ({ pipelines: [{ pipeline: 1, seen: 0, passed: opened }] }),
    made: (made) => (watchdog = made),
  });
  // The second look is 1080 ms after the start.
  assert.ok(stoodStillAt[0]! <= 1080 + 700, `${stoodStillAt[0]} ms`);
});

test('a worker that does not answer has failed', async (context) => {
  const { failures } = await watch(context, [end(1, async () => [])], { isSilent: true });
  assert.deepEqual(failures, ['the worker does not answer']);
});

/** What a watchdog says of these ends in 20 s: pipelines, and why the worker failed. */
async function watch(
  context: TestContext,
  ends: PipelineEnd[],
  { isSilent = false, stats = (): unknown => ({ pipelines: [] }), made = (_watchdog: Watchdog) => {} } = {},
) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  context.mock.method(performance, 'now', () => now);
  const worker = new FakeWorker();
  if (isSilent) mock.method(worker, 'postMessage', () => {});
  Object.defineProperty(worker.answers, 'stats', { get: stats });
  const told = { alarms: [] as number[], stoodStill: [] as number[], stoodStillAt: [] as number[], failures: [] as string[] };
  const channel = new Channel({
    event() {},
    failed: () => told.failures.push(channel.ended!.message),
  });
  channel.open(worker as unknown as Worker, { isOurs: true });
  const pipelines = {
    isBypassed: false,
    prune: () => ends.length,
    tellCodecs() {},
    [Symbol.iterator]: () => ends.values(),
  };
  const watchdog = new Watchdog(pipelines as unknown as Pipelines, channel, {
    bypassed(subject) {
      subject.bypassed = true;
      told.alarms.push(subject.pipeline);
    },
    judged() {},
    recovered() {},
    stoodStill({ pipeline }) {
      told.stoodStill.push(pipeline);
      told.stoodStillAt.push(now);
    },
  });
  made(watchdog);
  watchdog.start();
  for (; now < 20_000; now += 20) {
    context.mock.timers.tick(20);
    await settled();
  }
  watchdog.stop();
  return told;
}

/** An end of a transceiver whose browser counts so. */
function end(
  pipeline: number,
  getStats: () => Promise<unknown>,
  { direction = 'send', kind = 'audio' } = {},
): PipelineEnd {
  const carrier = { currentDirection: 'sendrecv' };
  const counted = { getStats, track: {} };
  return { pipeline, direction, kind, carrier, end: counted, pc: undefined, bypassed: false } as never;
}
