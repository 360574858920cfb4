/** Who has another secret in the link is in the room, and out of the conversation. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { roomLink } from './lib/meeting.ts';
import { group } from './lib/suite.ts';
import { until } from './lib/until.ts';

const BOTH = ['chromium', 'firefox'] as const;
/** Frames would come in this time, if any came. */
const PATIENCE_MS = 3000;

group('a wrong link', { browsers: BOTH, app: {} }, (stage) => {
  for (const [index, link] of [
    ['another secret', { secret: randomBytes(32) }],
    ['no secret', { secret: null }],
    ['the end that says not to seal', { isSealed: false }],
  ].entries()) {
    const [what, wrong] = link as [string, { secret?: Buffer | null; isSealed?: boolean }];
    test(`${what}: says so, shows nothing and plays nothing`, async () => {
      const room = randomBytes(16).toString('base64url');
      await stage.meeting({ room }, async (call) => {
        const [alice, bob] = await call.joinAll(BOTH);
        await call.flows();
        const browser = BOTH[index % 2]!;
        const mallory = await call.join('Mallory', browser, { link: roomLink({ room, ...wrong }) });
        await alice.finds([bob, mallory]);
        if (wrong.isSealed !== false) {
          await until('Mallory to be told', async () => {
            const { title, cure } = await mallory.shield();
            return /locked out|waiting for keys/i.test(title) && /link/i.test(cure);
          });
        }
        await alice.say('for Bob alone');
        await new Promise((over) => setTimeout(over, PATIENCE_MS));

        const { pictures, sounds } = await mallory.received();
        assert.equal(pictures, 0, 'no picture');
        assert.deepEqual(sounds.filter(({ energy }) => energy > 0), [], 'no sound');
        assert.deepEqual((await mallory.chat()).filter(({ from }) => from === alice.id), []);
        const tile = (await alice.tiles()).find(({ member }) => member === mallory.id);
        assert.deepEqual([tile?.keys, tile?.hasPicture], ['pending', false]);

        // The others are not held up.
        await bob.reads(alice, 'for Bob alone');
        await call.seeAndHear([alice, bob]);
      });
    });
  }
});
