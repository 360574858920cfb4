/** Keys that the application makes and carries itself. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MIXED, plain, withExample } from './example.ts';

const KEY_LENGTH = 32;

for (const pair of MIXED) {
  test(`04-manual-keys: a sealed call, ${pair.join(' and ')}`, () =>
    withExample('04-manual-keys', pair, {}, async (call) => {
      await call.flows();
      await call.isSealed([]);
      const drawn = await Promise.all(
        call.people.map(({ page }) => page.evaluate(() => window.drawn)),
      );
      const keys = drawn.flat().filter(({ length }) => length === KEY_LENGTH);
      assert.equal(keys.length, 2);
      call.hides(keys.map((key) => Uint8Array.from(key)));
    }));
}

test('04-manual-keys: the plain call that it was', () => plain('04-manual-keys'));
