/**
 * Watches how the script that is imported next cuts the work of its key manager.
 *
 * The functions of its WebAssembly module are wrapped: every step of the manager is a call of
 * `Session.work`, and the steps between two tasks of the worker are a slice.
 */

import { answer } from './answer.ts';
import { wrapExports } from './exports.ts';
import { isWanted } from './extras.ts';
import type { Slice } from './messages.ts';

/** What `Session.work` calls. */
const STEP = 'session_work';

/** What a step takes by a slow clock: half of what a slice may take, in ms. */
const SLOW_STEP_MS = 1;

const slices: Slice[] = [];
/** What steps shall take longer, and what they took longer so far. */
let slow = 0;
let late = 0;
let current: { slice: Slice; start: number } | undefined;

if (isWanted('slices')) {
  wrapExports((name, exported) => {
    return name === STEP ? (...args) => step(() => exported(...args)) : exported;
  });
}

answer('slices', () => slices.splice(0));
answer('slow-down', slowDown);

/** From now on every step takes long by the worker's own clock, on any machine. */
function slowDown(): void {
  const { now } = performance;
  performance.now = () => Reflect.apply(now, performance, []) + late;
  slow = SLOW_STEP_MS;
}

function step<T>(take: () => T): T {
  if (!current) {
    current = { slice: { steps: 0, ms: 0 }, start: performance.now() };
    slices.push(current.slice);
    // Microtasks end with the task.
    queueMicrotask(() => (current = undefined));
  }
  const { slice, start } = current;
  try {
    return take();
  } finally {
    late += slow;
    slice.steps++;
    slice.ms = performance.now() - start;
  }
}
