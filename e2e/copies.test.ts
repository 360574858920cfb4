/** One track that comes to a member twice, as for a thumbnail and a stage. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Janus } from './lib/janus.ts';
import { inBrowsers } from './lib/suite.ts';

/** Of what one copy alone brings: a copy that is there with others may be some frames behind. */
const LEAST_SHARE = 0.95;

describe('through Janus', () => {
  let janus: Janus;
  before(async () => {
    janus = await Janus.start();
  });
  after(() => janus.stop());

  inBrowsers((bench) => {
    test('each copy plays as one alone does', async (context) => {
      const page = await bench.open<typeof import('./pages/copies.ts')>('copies');
      const { alone, connections, sections } = await page.run('measure', janus.url);
      await page.close();
      for (const [what, copies] of Object.entries({ alone: [alone], connections, sections })) {
        const told = copies.map(({ pictures, soundMs }) => `${pictures} pictures, ${soundMs.toFixed()} ms`);
        context.diagnostic(`${what}: ${told.join('; ')}`);
      }
      assert.ok(alone.pictures > 40 && alone.soundMs > 3500, 'there is something to compare with');
      for (const { pictures, soundMs } of [...connections, ...sections]) {
        assert.ok(pictures >= LEAST_SHARE * alone.pictures, `${pictures} pictures`);
        assert.ok(soundMs >= LEAST_SHARE * alone.soundMs, `${soundMs} ms of sound`);
      }
    });
  });
});
