/** A picture that stands still is asked for anew. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inBrowsers } from './lib/suite.ts';

/** As many as show it: half of them would stand still. Or as many as a figure needs. */
const CALLS = process.env['LONG'] ? 16 : 6;
/** Calls at the same time: more, and two cores encode too few pictures. */
const AT_ONCE = 2;
const CALL_MS = 1800;

inBrowsers(
  (bench) => {
    for (const codec of ['AV1', 'H264']) {
      test(`${codec}, without retransmission: the second picture comes at once`, async (context) => {
        const pauses: number[] = [];
        for (let begun = 0; begun < CALLS; begun += AT_ONCE) {
          const calls = Array.from({ length: AT_ONCE }, () => {
            return bench.run('standstill', 'watch', codec, CALL_MS);
          });
          for (const { pictures } of await Promise.all(calls)) {
            assert.ok(pictures.length >= 2, `${pictures.length} pictures`);
            pauses.push(pictures[1]! - pictures[0]!);
          }
        }
        context.diagnostic(`second picture after ${pauses.map((ms) => ms.toFixed()).join(', ')} ms`);
        assert.ok(Math.max(...pauses) <= 1000);
      });
    }
  },
  { sets: [['chromium']] },
);

inBrowsers((bench) => {
  test('pictures that are damaged now and then do not hold up the others', async (context) => {
    const { pictures, asked, dropped } = await bench.run(
      'standstill',
      'watch',
      'VP8',
      12_000,
      'tapped.js?damage',
    );
    const pauses = pictures.slice(1).map((at, index) => at - pictures[index]!);
    context.diagnostic(`${dropped} dropped, ${asked} key frames asked for, at most ${Math.max(...pauses).toFixed()} ms`);
    assert.ok(dropped >= 4);
    assert.ok(asked >= dropped);
    assert.ok(Math.max(...pauses) <= 700);
  });
});
