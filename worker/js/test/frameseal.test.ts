import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Frameseal, FramesealError, type MemberStats, type TrackStats } from '../src/client/index.js';
import type { MemberStats as WorkerMemberStats, PipelineStats } from '../src/protocol.js';

// Node is a place without WebRTC, where server-side rendering loads the module all the same.
test('without transforms, it says so', () => {
  assert.equal(Frameseal.transport, undefined);
  assert.throws(
    () => new Frameseal({ room: 'standup', member: 'alice', keys: 'manual' }),
    (error) => error instanceof FramesealError && error.code === 'unsupported-browser',
  );
});

test('wrong options come first', () => {
  assert.throws(() => new Frameseal({ room: '', member: 'alice', keys: 'manual' }), RangeError);
});

// Never called: it is compiled, and that is the test.
export function eventsAreTyped(frameseal: Frameseal): void {
  frameseal.addEventListener('problem', ({ detail }) => {
    // @ts-expect-error: no such problem
    console.log(detail.code === 'nothing');
  });
  frameseal.addEventListener('source', ({ detail: { member, track } }) =>
    console.log(member, track),
  );
  // @ts-expect-error: the detail of a source has no code
  frameseal.addEventListener('source', ({ detail }) => detail.code);
  // @ts-expect-error: no such event
  frameseal.addEventListener('probelm', () => {});
}

// What the worker counts, the application gets.
export const tracksHaveAllCounters = (stats: TrackStats): Omit<PipelineStats, 'pipeline' | 'track'> =>
  stats;
export const membersHaveAllCounters = (stats: MemberStats): Omit<WorkerMemberStats, 'state'> => stats;
