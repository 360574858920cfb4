/** Calls without a media server: a connection between every two members. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrowserName } from './lib/browsers.ts';
import type { Participant } from './lib/participant.ts';
import { group } from './lib/suite.ts';
import { until } from './lib/until.ts';

const BOTH = ['chromium', 'firefox'] as const;
const PAIRS: [BrowserName, BrowserName][] = [
  ['chromium', 'chromium'],
  ['firefox', 'firefox'],
  ['chromium', 'firefox'],
];

group('a mesh', { browsers: BOTH, app: {} }, (stage) => {
  for (const pair of PAIRS) {
    test(`${pair.join(' and ')} see and hear each other`, async () => {
      await stage.meeting({}, async (call) => {
        const [alice, bob] = await call.joinAll(pair);
        await call.flows();
        await assertNames([alice, bob]);
        await assertSameNumber([alice, bob]);
        assert.deepEqual([...alice.complaints, ...bob.complaints], []);
      });
    });
  }

  test('a room that somebody creates is joined by its link', async () => {
    await stage.meeting({}, async (call) => {
      const alice = await call.open('Alice', 'chromium', '/');
      await alice.click('#create');
      await alice.join();
      const link = new URL(alice.page.url());
      assert.match(link.hash, /^#k=[\w-]{43}$/);
      const bob = await call.join('Bob', 'firefox', { link: link.pathname + link.hash });
      await call.flows([alice, bob]);
    });
  });

  test('a room that is not sealed says so to everybody', async () => {
    await stage.meeting({ isSealed: false }, async (call) => {
      const people = await call.joinAll(BOTH);
      for (const one of people) {
        assert.equal((await one.shield()).state, 'off');
        assert.match(await one.text('#banner'), /not sealed|not encrypted/i);
      }
      await call.seeAndHear();
    });
  });

  test('a screen is a second picture beside the camera’s', async () => {
    await stage.meeting({}, async (call) => {
      const [alice, bob] = await call.joinAll(BOTH);
      await call.flows();
      for (const [sharer, viewer] of [
        [alice, bob],
        [bob, alice],
      ] as const) {
        await sharer.click('#screen');
        await viewer.sees(sharer, 'screen');
        await viewer.sees(sharer, 'camera');
        await sharer.click('#screen');
        await until('the screen to go', async () =>
          !(await viewer.tiles()).some((tile) => tile.member === sharer.id && tile.track === 'screen'),
        );
      }
    });
  });

  test('a camera and a microphone that are off send nothing, and come back', async () => {
    await stage.meeting({}, async (call) => {
      const [alice, bob] = await call.joinAll(BOTH);
      await call.flows();
      await alice.click('#camera');
      await alice.click('#microphone');
      assert.equal(await alice.attribute('#camera', 'aria-pressed'), 'false');
      await until('the picture to go', async () => {
        const tiles = await bob.tiles();
        return !tiles.find(({ member, track }) => member === alice.id && track === 'camera')?.hasPicture;
      });
      await bob.hearsNothing();
      await alice.click('#camera');
      await alice.click('#microphone');
      await call.seeAndHear();
    });
  });

  test('a new key takes the old one’s place while the call goes on', async () => {
    await stage.meeting({}, async (call) => {
      const [alice, bob] = await call.joinAll(BOTH);
      await call.flows();
      const before = await alice.generation();
      await alice.click('#rotate');
      await until('a new generation', async () => (await alice.generation()) > before);
      await call.seeAndHear();
      assert.deepEqual(await bob.problems(), []);
    });
  });

  test('four see and hear each other; who leaves is gone, who joins is there', async () => {
    await stage.meeting({}, async (call) => {
      // One Firefox at a time: two in a mesh of four take more than the two cores of CI have.
      const people = await call.joinAll(['chromium', 'firefox', 'chromium', 'chromium']);
      await call.flows();
      await assertNames(people);
      await assertSameNumber(people);

      const [alice, bob] = people;
      const before = await alice.generation();
      await call.leave(bob);
      await call.findEachOther();
      await until('a key that Bob does not have', async () => (await alice.generation()) > before);

      await call.join('Erin', 'firefox');
      await call.flows();
      await assertNames(call.people);
    });
  });
});

/** Everybody is shown to everybody by the name that they gave. */
async function assertNames(people: readonly Participant[]): Promise<void> {
  for (const one of people) {
    const names = (await one.tiles()).map(({ name }) => name);
    assert.deepEqual(names.toSorted(), people.map(({ name }) => name).toSorted());
  }
}

/** Everybody is shown the same safety number of the room. */
async function assertSameNumber(people: readonly Participant[]): Promise<void> {
  const numbers = await Promise.all(people.map((one) => one.roomNumber()));
  assert.match(numbers[0]!.replaceAll(/\s/g, ''), /^\d{60}$/);
  assert.deepEqual(new Set(numbers).size, 1);
}
