import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Suspicion } from '../src/client/suspicion.js';

function looks(counters: [passed: number, seen: number][]) {
  const suspicion = new Suspicion();
  return counters.map(([passed, seen]) => suspicion.look(passed, seen));
}

test('a transform that runs is cleared by two looks', () => {
  assert.deepEqual(looks([[9, 9], [12, 12], [15, 15]]), [undefined, undefined, 'runs']);
});

test('one that was taken away is known by two looks, whatever was on its way', () => {
  assert.deepEqual(looks([[9, 7], [12, 9], [15, 9], [18, 9]]), [undefined, undefined, undefined, 'bypassed']);
  assert.deepEqual(looks([[9, 9], [12, 9], [15, 9]]), [undefined, undefined, 'bypassed']);
});

test('silence says nothing', () => {
  assert.deepEqual(looks([[9, 9], [9, 9], [9, 9], [9, 9]]), [undefined, undefined, undefined, undefined]);
});
