import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Bypass } from '../src/client/watchdog.js';

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
