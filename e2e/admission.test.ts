/** Who gets keys: those who know the secret of the room, and those who come back. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { Member } from './lib/member.ts';
import { arrivedFrames, content, sealedFrames } from './lib/sealed-frames.ts';
import { EACH_AND_MIXED, inBrowsers } from './lib/suite.ts';
import { until } from './lib/until.ts';
import type { Tap } from './workers/messages.ts';

const link = () => randomBytes(16);
const SECRETS = {
  'another passphrase': ['correct horse battery staple', 'correct horse battery stable'],
  'another link': [link(), link()],
  'no secret': ['correct horse battery staple', undefined],
} as const;

inBrowsers((bench) => {
  for (const [name, [right, wrong]] of Object.entries(SECRETS)) {
    test(`with ${name}, nobody is secured and nothing opens`, async () => {
      await bench.room(async (room) => {
        const members = await room.join(['alice', 'bob'], { secret: right });
        await room.secured();
        await room.flows();

        const [mallory] = await room.join(['mallory'], wrong && { secret: wrong });
        for (const member of members) {
          await rejects(member, mallory!);
          await rejects(mallory!, member);
        }
        await room.flows(30, members);
        for (const member of members) {
          await assertUnsecured(member, mallory!);
          await assertUnsecured(mallory!, member);
        }
        const taps = await room.taps();
        for (const member of members) {
          assertOpensNothing(taps.get(member)!, taps.get(mallory!)!);
          assertOpensNothing(taps.get(mallory!)!, taps.get(member)!);
        }
      });
    });
  }

  test('who reloads the page is secured anew, and seen and heard again', async (t) => {
    await bench.room(async (room) => {
      const [alice, bob, carol] = await room.join(['alice', 'bob', 'carol']);
      await room.secured();
      await room.flows();
      const [safety, old] = [await alice!.session('safetyNumber'), await fingerprint(alice!, bob!)];

      await room.reload(bob!);
      const start = Date.now();
      await until('a new key of bob', async () => {
        const keys = await Promise.all([alice!, carol!].map((member) => fingerprint(member, bob!)));
        return keys.every((key) => key !== undefined && key !== old);
      });
      await room.secured();
      t.diagnostic(`secured after ${Date.now() - start} ms`);
      await room.flows();
      t.diagnostic(`15 pictures of everybody after ${Date.now() - start} ms`);

      const numbers = await Promise.all(room.members.map((member) => member.session('safetyNumber')));
      assert.equal(new Set(numbers).size, 1);
      assert.notEqual(numbers[0], safety);
    });
  });
}, { sets: EACH_AND_MIXED });

async function rejects(here: Member, there: Member): Promise<void> {
  await until(`${here.id} to reject ${there.id}`, async () =>
    (await here.happened('problem')).some(
      ({ detail }) => detail.code === 'message-rejected' && detail.member === there.id,
    ),
  );
}

async function assertUnsecured(here: Member, there: Member): Promise<void> {
  assert.notEqual(await here.stateOf(there.id), 'secured');
  assert.equal(await here.pictures(there.id), 0);
}

/** Frames of one member came to the other, and none came out of its worker. */
function assertOpensNothing(here: Tap<Buffer>[], there: Tap<Buffer>[]): void {
  const sealed = new Set(sealedFrames(there).map(content));
  const arrived = arrivedFrames(here).filter((frame) => sealed.has(content(frame)));
  assert.ok(arrived.length > 50, `${arrived.length} frames arrived`);
  assert.equal(arrived.filter(({ opened }) => opened).length, 0);
}

/** The public key that one member last found proven of another. */
async function fingerprint(here: Member, there: Member): Promise<unknown> {
  const secured = (await here.happened('member')).findLast(
    ({ detail }) => detail.id === there.id && detail.state === 'secured',
  );
  return secured?.detail.fingerprint;
}
