import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Bypass } from '../src/client/bypass.js';

const send = (kind: 'audio' | 'video') => new Bypass({ kind, direction: 'send' });
const receive = (kind: 'audio' | 'video') => new Bypass({ kind, direction: 'receive' });

/** What each look tells while the worker has seen so many frames. */
function looks(bypass: Bypass, passed: number[], seen = 0): number[] {
  return passed.map((count) => bypass.look(count, seen));
}

test('a sender of which the worker never saw a frame is told at the second look', () => {
  assert.deepEqual(looks(send('video'), [0, 1, 2]), [0, 0, 2]);
  assert.deepEqual(looks(send('audio'), [0, 4, 9]), [0, 0, 9]);
});

test('one look is never enough, and looks without a frame do not count', () => {
  assert.deepEqual(looks(send('video'), [30]), [0]);
  assert.deepEqual(looks(send('video'), [30, 30, 30]), [0, 0, 0]);
});

test('a transform that was taken away is told when more passed than a pause explains', () => {
  const bypass = send('video');
  assert.equal(bypass.look(30, 30), 0);
  assert.deepEqual(looks(bypass, [31, 32, 33], 30), [0, 0, 3]);
});

test('a transform that runs is not suspected', () => {
  // One frame a look, counted by the browser just before and by the worker just after it.
  for (const bypass of [send('video'), receive('audio')]) {
    for (let look = 1; look < 60; look += 1) assert.equal(bypass.look(look, look + 1), 0);
  }
});

test('a receiver whose worker is a little late is not suspected', () => {
  assert.deepEqual(looks(receive('video'), [1, 2]), [0, 0]);
  assert.deepEqual(looks(receive('audio'), [10, 20]), [0, 0]);
  assert.deepEqual(looks(receive('audio'), [10, 20, 30]), [0, 0, 30]);
});

test('packets without a frame are not suspicious', () => {
  const bypass = send('audio');
  bypass.look(50, 50);
  assert.deepEqual(looks(bypass, [52, 54, 56, 58], 50), [0, 0, 0, 0]);
});

test('counters of the browser that start anew are not counted', () => {
  assert.deepEqual(looks(send('video'), [900, 3, 33]), [0, 0, 0]);
});

test('it knows whether a transform ran', () => {
  const bypass = send('audio');
  assert.equal(bypass.isProven, false);
  bypass.look(1, 1);
  assert.equal(bypass.isProven, true);
});
