/** Calls through a Janus, which forwards what it cannot open. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import type { BrowserName } from './lib/browsers.ts';
import { Janus } from './lib/janus.ts';
import { roomLink } from './lib/meeting.ts';
import { beside, group } from './lib/suite.ts';
import { until } from './lib/until.ts';

const BOTH = ['chromium', 'firefox'] as const;
const MIXED: BrowserName[] = ['chromium', 'firefox', 'chromium', 'firefox'];
const CHROMIUM: BrowserName[] = ['chromium', 'chromium', 'chromium', 'chromium'];
/** Every codec that all members have. */
const CALLS: [string, BrowserName[]][] = [
  ['VP8', MIXED],
  ['VP9', MIXED],
  ['AV1', MIXED],
  ['H264', CHROMIUM],
];

describe('four through Janus', () => {
  const janus = beside(() => Janus.start(), (janus) => janus.stop());
  const app = async () => ({ janus: janus().url });
  group('in one room', { browsers: BOTH, app }, (stage) => {
    for (const [codec, browsers] of CALLS) {
      test(`${codec} in ${[...new Set(browsers)].join(' and ')}`, async () => {
        await stage.meeting({ codec }, async (call) => {
          const people = await call.joinAll(browsers);
          await call.flows();
          for (const one of people) {
            const { codecs } = await one.received();
            assert.deepEqual(codecs, [`video/${codec}`]);
            assert.deepEqual(await one.problems(), []);
          }
        });
      });
    }

    test('who leaves is gone, who joins is there, a screen is shared', async () => {
      await stage.meeting({}, async (call) => {
        const [alice, bob] = await call.joinAll(['chromium', 'firefox', 'chromium']);
        await call.flows();
        const generation = await alice.generation();
        await call.leave(bob);
        await call.findEachOther();
        await until('a key that Bob does not have', async () => {
          return (await alice.generation()) > generation;
        });
        const dave = await call.join('Dave', 'firefox');
        await call.flows();
        await alice.click('#screen');
        await dave.sees(alice, 'screen');
      });
    });

    test('who has another secret gets frames from Janus, and nothing out of them', async () => {
      const room = randomBytes(16).toString('base64url');
      await stage.meeting({ room }, async (call) => {
        const [alice, bob] = await call.joinAll(BOTH);
        await call.flows();
        const mallory = await call.join('Mallory', 'chromium', { link: roomLink({ room }) });
        await alice.finds([bob, mallory]);
        await until('frames at Mallory', async () => {
          const { sounds } = await mallory.received();
          return sounds.filter(({ packets }) => packets > 100).length >= 2;
        });
        const { pictures, sounds } = await mallory.received();
        assert.equal(pictures, 0, 'no picture');
        assert.deepEqual(sounds.filter(({ energy }) => energy > 0), [], 'no sound');
        await call.seeAndHear([alice, bob]);
      });
    });
  });
});
