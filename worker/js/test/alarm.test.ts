import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { Alarm } from '../src/worker/alarm.js';

test('an alarm rings once, at the earliest of its times', async () => {
  const rings: number[] = [];
  const start = performance.now();
  const alarm = new Alarm(() => rings.push(performance.now() - start));
  for (const ms of [5000, 60, 20, 40, Infinity]) alarm.set(start + ms);
  await sleep(150);
  assert.equal(rings.length, 1);
  assert.ok(rings[0]! >= 18, `rang after ${rings[0]} ms`);

  alarm.set(start);
  alarm.set(start + 10);
  await sleep(20);
  assert.equal(rings.length, 2, 'a time that has passed rings soon');
});

test('an alarm that is cleared does not ring', async () => {
  const alarm = new Alarm(() => assert.fail('it rang'));
  alarm.set(performance.now() + 10);
  alarm.clear();
  await sleep(50);
});

test('the end of time is not now', async () => {
  const alarm = new Alarm(() => assert.fail('it rang'));
  alarm.set(Number.MAX_VALUE);
  await sleep(20);
  alarm.clear();
});
