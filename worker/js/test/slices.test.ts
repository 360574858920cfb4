import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Slices } from '../src/worker/slices.js';

/** Slices of work that takes `ms` a piece, and the tasks that wait to go on with it. */
function slicesOf(pieces: number, ms: number) {
  const world = { left: pieces, done: [] as number[], tasks: [] as (() => void)[] };
  const slices = new Slices(
    (now) => {
      const end = performance.now() + ms;
      while (performance.now() < end);
      return --world.left > 0 ? now : now + 60_000;
    },
    (next) => world.done.push(next),
    (task) => () => world.tasks.push(task),
  );
  return { world, slices };
}

test('work that takes longer than a slice goes on after what waits', () => {
  const { world, slices } = slicesOf(40, 0.5);
  slices.run();
  assert.ok(world.left > 30, `${40 - world.left} pieces of 0.5 ms in one slice`);
  assert.equal(world.tasks.length, 1);

  slices.run();
  slices.schedule();
  assert.equal(world.tasks.length, 1, 'one is enough');
  assert.equal(world.done.length, 1);

  let tasks = 0;
  for (let task; (task = world.tasks.shift()); tasks++) task();
  assert.equal(world.left, 0);
  assert.ok(tasks >= 6, `20 ms in ${tasks} further slices`);
  assert.ok(world.done.at(-1)! >= 60_000, 'the time of the next work is passed on');
});

test('the longest slice is told', () => {
  const { slices } = slicesOf(1, 5);
  assert.equal(slices.longest, 0);
  slices.run();
  assert.ok(slices.longest >= 5000 && slices.longest < 500_000, `${slices.longest} µs`);
});

test('without much to do, nothing is left for later', () => {
  const { world, slices } = slicesOf(3, 0);
  slices.run();
  assert.deepEqual([world.left, world.tasks.length], [0, 0]);
});
