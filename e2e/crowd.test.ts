/** A room of fifty: making keys for all leaves room for frames. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inBrowsers } from './lib/suite.ts';

/** A slice takes 2 ms and then no further step; here every step takes one. */
const MOST_STEPS = 2;

/** Members besides the one who is measured. */
const OTHERS = 49;

inBrowsers((bench) => {
  test('frames come between the steps of a join and of a rotation', async (t) => {
    const crowd = await bench.open('crowd');
    await crowd.run('open', OTHERS);
    await crowd.run('slowDown');
    for (const event of ['join', 'rotate'] as const) {
      await crowd.run('pauses');
      await crowd.run(event);
      const { frames } = await crowd.run('pauses');
      const slices = await crowd.run('slices');
      const steps = slices.reduce((sum, slice) => sum + slice.steps, 0);
      t.diagnostic(`${event}: ${steps} steps in ${slices.length} slices, ${frames} frames`);
      assert.ok(steps >= OTHERS, `${steps} steps`);
      const longest = Math.max(...slices.map((slice) => slice.steps));
      assert.ok(longest <= MOST_STEPS, `${longest} steps in a slice`);
      assert.ok(frames > 0, 'frames came out');
    }
    await crowd.close();
  });
});
