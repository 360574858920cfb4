import assert from 'node:assert/strict';
import { test } from 'node:test';

import { crossover } from '../src/worker/crossover.js';

const slow = { perFrame: 2, perByte: 8 };

test('the second way wins from where its line falls below the first', () => {
  const second = { perFrame: 6, perByte: 1.5 };
  const at = crossover(slow, second);
  const cost = ({ perFrame, perByte }: typeof slow, bytes: number) => perFrame + perByte * bytes;
  assert.ok(cost(second, at) <= cost(slow, at));
  assert.ok(cost(second, at - 1) > cost(slow, at - 1));
});

test('it wins always or never if the lines do not cross', () => {
  assert.equal(crossover(slow, { perFrame: 1, perByte: 1 }), 1);
  assert.equal(crossover(slow, { perFrame: 6, perByte: 8 }), Infinity);
  assert.equal(crossover(slow, { perFrame: 1, perByte: 9 }), Infinity, 'but for the smallest frames');
});
