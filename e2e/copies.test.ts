/** One track that comes to a member twice, as for a thumbnail and a stage. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Janus } from './lib/janus.ts';
import { beside, inBrowsers } from './lib/suite.ts';

/** Of what one copy alone brings: a copy that is there with others may be some frames behind. */
const LEAST_SHARE = 0.95;

describe('through Janus', () => {
  const janus = beside(() => Janus.start(), (janus) => janus.stop());

  inBrowsers((bench) => {
    test('each copy plays as one alone does', async (context) => {
      const { url } = janus();
      const { alone, connections, sections } = await bench.run('copies', 'measure', url);
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
