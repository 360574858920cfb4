/** Both ends of a running call change it at once. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inBrowsers } from './lib/suite.ts';

inBrowsers((bench) => {
  test('by turns, no offers cross, and everything goes on', async (context) => {
    const result = await bench.run('glare', 'run', {
      negotiation: 'turns',
      rounds: ROUNDS,
      signalMs: 200,
    });
    context.diagnostic(`${result.queued} changes waited for the other end's offer`);
    assert.equal(result.crossed, 0);
    assert.ok(result.queued >= ROUNDS, 'each round has a change that waits');
    result.rounds.forEach(({ pictures, silent }, round) => {
      assert.ok(Math.min(...pictures) >= 30, `round ${round}: ${pictures.join(', ')} pictures`);
      assert.deepEqual(silent, [0, 0], `round ${round}: receivers that nothing came out of`);
    });
    assert.deepEqual(result.problems, []);
    assert.equal(result.muted, 0);
  });

  test('by rollback, what loses its transform is muted and told', async () => {
    const { crossed, rounds, problems, muted } = await bench.run('glare', 'run', {
      negotiation: 'rollback',
      rounds: 3,
      signalMs: 200,
    });
    assert.ok(crossed > 0, 'offers crossed');
    const lost = rounds.at(-1)!.silent[1]!;
    assert.deepEqual(problems, Array(lost).fill('rolled-back'));
    assert.equal(muted, lost);
    // Firefox keeps them all.
    assert.equal(lost > 0, bench.name === 'chromium');
  });
});

/** As many as show it; or as many as a figure needs, for `cargo xtask e2e long`. */
const ROUNDS = process.env['LONG'] ? 20 : 5;
