/** What is not sealed, or comes before its key, does not make sound late. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inBrowsers } from './lib/suite.ts';

/** A digit takes 100 ms, in which there is no other sound. */
const MOST_CONCEALED_MS = 150;

/** What is hardly heard; and what people can still talk with. */
const [SLIGHTLY_LATER_MS, LATER_MS] = [60, 250];

/** Of slow signalling, each way. */
const KEY_DELAY_MS = 700;

inBrowsers((bench) => {
  test('a digit of a telephone (RFC 4733) holds nothing up', async (context) => {
    const { plain, sealed } = await bench.run('sound', 'press');
    for (const [what, { around, after }] of Object.entries({ plain, sealed })) {
      const concealed = around.concealedMs.toFixed();
      context.diagnostic(`${what}: ${concealed} ms concealed, then ${after.delayMs.toFixed()} ms late`);
    }
    assert.ok(sealed.around.concealedMs <= MOST_CONCEALED_MS);
    assert.ok(sealed.after.delayMs <= plain.after.delayMs + SLIGHTLY_LATER_MS);
  });

  test('keys that are late do not make sound late for long', async (context) => {
    const { plain, sealed } = await bench.run('sound', 'meet', KEY_DELAY_MS);
    for (const [what, measured] of Object.entries({ plain, sealed })) {
      const told = measured.map(({ delayMs, soundMs }) => {
        return `${delayMs.toFixed()} ms late, ${soundMs.toFixed()} ms in 1 s`;
      });
      context.diagnostic(`${what}: ${told.join('; ten seconds after the beginning ')}`);
    }
    for (const [at, { delayMs, soundMs }] of sealed.entries()) {
      assert.ok(soundMs > 900, 'there is sound');
      assert.ok(delayMs <= plain[at]!.delayMs + LATER_MS);
    }
  });
});
