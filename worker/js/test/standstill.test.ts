import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Standstill } from '../src/client/standstill.js';

test('a picture that stands still is told within 0.7 s of the first frame it missed', () => {
  const standstill = new Standstill();
  standstill.look(0, 1, 1);
  let told: number | undefined;
  // 30 frames a second are opened, and looked at each 300 ms; none is decoded.
  for (let now = 300; told === undefined && now < 3000; now += 300) {
    if (standstill.look(now, 1, 1 + (now * 30) / 1000)) told = now;
  }
  assert.ok(told !== undefined && told <= 700, `${told} ms`);
});

test('then less and less often, five times in all, and anew when it has moved', () => {
  const standstill = new Standstill();
  standstill.look(0, 1, 1);
  const told: number[] = [];
  for (let now = 100; now <= 20_000; now += 100) if (standstill.look(now, 1, now)) told.push(now);
  assert.deepEqual(told, [300, 600, 1200, 2400, 4800]);
  assert.equal(standstill.look(20_100, 2, 20_100), false);
  assert.equal(standstill.look(20_400, 2, 20_400), true);
});

test('it is young from a beginning to the thirtieth picture, or for five seconds', () => {
  const standstill = new Standstill();
  assert.equal(standstill.isYoung, false);
  standstill.begin(0);
  standstill.look(100, 0, 0);
  assert.equal(standstill.isYoung, true);
  standstill.look(1000, 30, 31);
  assert.equal(standstill.isYoung, false);
  standstill.begin(10_000);
  standstill.look(10_100, 31, 32);
  assert.equal(standstill.isYoung, true);
  standstill.look(15_000, 31, 32);
  assert.equal(standstill.isYoung, false);
});

test('a sender that pauses, or is slow, is asked for nothing', () => {
  const standstill = new Standstill();
  standstill.look(0, 5, 5);
  for (let now = 100; now <= 5000; now += 100) assert.equal(standstill.look(now, 5, 5), false);
  // One frame a second, decoded a look later.
  for (let second = 6; second < 20; second += 1) {
    assert.equal(standstill.look(second * 1000, second - 1, second), false);
    assert.equal(standstill.look(second * 1000 + 300, second, second), false);
  }
});
