/** What a call does when something breaks: it says so, and shows nothing to anybody. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call } from './lib/call.ts';
import { gatherAll } from './lib/evidence.ts';
import type { Member } from './lib/member.ts';
import { inBrowsers } from './lib/suite.ts';
import { settled, until } from './lib/until.ts';

inBrowsers((bench) => {
  for (const deaf of ['sender', 'receiver'] as const) {
    test(`a ${deaf} that does not heed its transform is noticed within 3 s`, async () => {
      await bench.call({ alice: { deaf } }, async (call) => {
        await call.connect();
        const direction = deaf === 'sender' ? 'send' : 'receive';
        await until('frames to pass', async () =>
          (await call.alice.run('counters')).some(
            (stats) => stats.direction === direction && stats.transported > 0,
          ),
        );
        const start = Date.now();
        const { at, detail } = await until('transform-not-running', () =>
          firstProblem(call.alice, 'transform-not-running'),
        );
        assert.equal(detail.severity, 'error');
        assert.ok(at - start <= 3000, `told after ${at - start} ms`);
      });
    });
  }

  test('when WebAssembly traps, every frame is dropped, for good', async () => {
    await bench.call({ extra: 'trap' }, async (call) => {
      await call.connect();
      await call.flows();
      await call.alice.provoke('trap');
      await until('worker-failed', () => firstProblem(call.alice, 'worker-failed'));
      const before = await passed(call.alice);
      // Bob's end is well, so it is Alice's worker that stops both ways.
      await until('frames to come in vain', async () => {
        const now = await passed(call.alice);
        return now.encoded > before.encoded + 10 && now.arrived > before.arrived + 10 && now;
      });
      const after = await passed(call.alice);
      assert.deepEqual([after.sent, after.shown], [before.sent, before.shown]);
      await assertNoLeaks(call);
      assert.deepEqual(await call.alice.problems(), ['worker-failed']);
    });
  });

  test('when the worker dies, nothing passes any more', async () => {
    await bench.call({}, async (call) => {
      await call.connect();
      await call.flows();
      await call.alice.run('terminateWorker');
      // What had left the worker before may still arrive.
      const arrived = async () => (await passed(call.bob)).arrived;
      const before = await settled('what arrives', arrived);
      const encoded = await encodedFrames(call.alice);
      await until(
        'frames to be encoded in vain',
        async () => (await encodedFrames(call.alice)) > encoded + 10,
      );
      assert.equal(await arrived(), before);
      await until('worker-failed', () => firstProblem(call.alice, 'worker-failed'));
    });
  });

  test('a frame that is too large is dropped, and video goes on', async () => {
    await bench.call({ alice: { extra: 'oversize' } }, async (call) => {
      await call.connect();
      await call.flows();
      await call.alice.provoke('oversize');
      const { detail } = await until('malformed-frame', () =>
        firstProblem(call.alice, 'malformed-frame'),
      );
      assert.ok(detail.count >= 1);
      await call.flows();
      await assertNoLeaks(call);
      assert.deepEqual(await call.bob.problems(), []);
    });
  });
});

/** The first problem of this code that a peer has heard of. */
async function firstProblem(peer: Member, code: string) {
  return (await peer.happened('problem')).find(({ detail }) => detail.code === code);
}

/** How many frames went into and out of a peer's worker. */
async function passed(peer: Member) {
  const taps = await peer.taps();
  const count = (direction: 'send' | 'receive', side: 'before' | 'after') =>
    taps
      .filter((tap) => tap.direction === direction)
      .reduce((sum, tap) => sum + tap[side].length, 0);
  return {
    encoded: count('send', 'before'),
    sent: count('send', 'after'),
    arrived: count('receive', 'before'),
    shown: count('receive', 'after'),
  };
}

async function encodedFrames(peer: Member): Promise<number> {
  const stats = await peer.run('counters');
  return stats.find(({ kind, direction }) => kind === 'video' && direction === 'send')?.frames ?? 0;
}

async function assertNoLeaks(call: Call): Promise<void> {
  for (const { to, kind, forged, leaks } of gatherAll(await call.finish())) {
    assert.deepEqual({ to, kind, forged, leaks }, { to, kind, forged: 0, leaks: 0 });
  }
}
