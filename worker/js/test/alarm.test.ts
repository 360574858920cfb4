import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';

import { Alarm } from '../src/worker/alarm.js';

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
});

test('an alarm rings once, at the earliest of its times', () => {
  let rings = 0;
  const start = performance.now();
  const alarm = new Alarm(() => rings++);
  for (const ms of [5000, 3000, 1000, 2000, Infinity]) alarm.set(start + ms);
  mock.timers.tick(500);
  assert.equal(rings, 0);
  mock.timers.tick(500);
  assert.equal(rings, 1);
  mock.timers.tick(10_000);
  assert.equal(rings, 1);

  alarm.set(start);
  mock.timers.tick(1);
  assert.equal(rings, 2, 'a time that has passed rings at once');
});

test('an alarm that is cleared does not ring', () => {
  const alarm = new Alarm(() => assert.fail('it rang'));
  alarm.set(performance.now() + 1000);
  alarm.clear();
  mock.timers.tick(10_000);
});

test('the end of time is not now', () => {
  const alarm = new Alarm(() => assert.fail('it rang'));
  alarm.set(Number.MAX_VALUE);
  mock.timers.tick(10_000);
});
