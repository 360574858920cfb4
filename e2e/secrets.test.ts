/** Keys stay in the worker: nothing that leaves it, and no log, holds a piece of one. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import type { Member } from './lib/member.ts';
import type { Room } from './lib/room.ts';
import { sealedFrames } from './lib/sealed-frames.ts';
import { keyPair, ratcheted, Secrets } from './lib/secrets.ts';
import { opensWith } from './lib/sframe.ts';
import { EACH_AND_MIXED, inBrowsers } from './lib/suite.ts';
import { until } from './lib/until.ts';
import { pack } from './pages/travel.ts';

/** Private keys and fresh base keys have it; nothing else that is drawn does. */
const KEY_LENGTH = 32;

describe('the search', () => {
  const secret = randomBytes(KEY_LENGTH);
  const secrets = new Secrets([secret]);
  const forms: Record<string, (piece: Buffer) => string> = {
    bytes: (piece) => piece.toString('latin1'),
    hexadecimal: (piece) => piece.toString('hex'),
    'capital hexadecimal': (piece) => piece.toString('hex').toUpperCase(),
    'hexadecimal with colons': (piece) => piece.toString('hex').replaceAll(/(..)(?=.)/g, '$1:'),
    'hexadecimal with commas': (piece) => piece.toString('hex').replaceAll(/(..)(?=.)/g, '0x$1, '),
    base64: (piece) => Buffer.concat([randomBytes(7), piece]).toString('base64'),
    base64url: (piece) => piece.toString('base64url'),
    'an array': (piece) => JSON.stringify([...piece]),
    'an object': (piece) => JSON.stringify(new Uint8Array(piece)),
  };
  for (const [name, write] of Object.entries(forms)) {
    test(`finds a piece of a secret as ${name}`, () => {
      for (const at of [0, 1, 2, 14]) {
        const piece = secret.subarray(at, at + 18);
        assert.ok(secrets.isIn(`{"a": "${write(piece)}", "b": 1}`), `at ${at}`);
      }
      assert.ok(!secrets.isIn(write(randomBytes(KEY_LENGTH))));
    });
  }
});

inBrowsers((bench) => {
  test('no key leaves the worker', async () => {
    await bench.room(async (room) => {
      const secrets = await talk(room);
      for (const member of room.everybody) await assertKept(secrets, member);
      assertNotSignalled(secrets, room);
    });
  });
}, { sets: EACH_AND_MIXED });

inBrowsers(
  (bench) => {
    test('no key is in any log', async (t) => {
      await bench.room(async (room) => {
        const secrets = await talk(room);
        const spoken = randomBytes(KEY_LENGTH);
        for (const { page } of room.everybody) {
          await page.evaluate((words) => console.log(words), spoken.toString('hex'));
        }
        const logs = await until('the logs', async () => {
          const logs = bench.logs();
          return logs.every((log) => new Secrets([spoken]).isIn(log)) && logs;
        });
        for (const log of logs) {
          t.diagnostic(`${log.length} characters`);
          assert.ok(log.length > 100_000, 'the browser talks');
          assert.ok(!secrets.isIn(log), 'a log holds a key');
        }
        for (const member of room.everybody) {
          const { logs } = await member.run('testimony');
          assert.ok(![...logs, ...member.console].some((line) => secrets.isIn(line)));
        }
      });
    });
  },
  { title: 'at its most talkative', verbose: true },
);

/** Does everything that makes keys or messages; returns all the keys that there were. */
async function talk(room: Room): Promise<Secrets> {
  const secret = randomBytes(KEY_LENGTH);
  const [alice, bob] = await room.join(['alice', 'bob'], { secret });
  await room.secured();
  await alice!.session('rotate');
  const [carol] = await room.join(['carol'], { secret });
  await room.secured();
  await room.leave(bob!);
  await carol!.session('rotate');
  await room.flows();
  await carol!.run('receive', 'alice', randomBytes(100));
  await assert.rejects(carol!.run('setRemote', { type: 'answer', sdp: '' }, 'alice'));
  const data = Buffer.alloc(3);
  await carol!.session('open', await alice!.session('seal', data), { from: 'alice' });
  await assert.rejects(carol!.session('open', data, { from: 'alice' }));

  const testimonies = await Promise.all(
    room.everybody.map(async (member) => {
      const { random } = await member.run('testimony');
      const keys = random.map((piece) => Buffer.from(piece)).filter(({ length }) => length === KEY_LENGTH);
      // Numbers, such as private keys, are drawn with the lowest byte first, and then turned round.
      return { member, keys: [...keys, ...keys.map((key) => Buffer.from(key).reverse())] };
    }),
  );
  const pairs = testimonies.flatMap(({ keys }) => keys.flatMap((key) => keyPair(key) ?? []));
  const agreements = pairs.flatMap(({ agree }) => pairs.map(({ publicKey }) => agree(publicKey)));
  for (const { member, keys } of testimonies) {
    assertPublicKeySent(keys, room, member);
    await assertSealsWith(keys, member);
  }
  const all = testimonies.flatMap(({ keys }) => keys);
  return new Secrets([...all, ...all.flatMap(ratcheted), ...agreements]);
}

/** So that what is searched for is indeed what the session has: one of these is its private key. */
function assertPublicKeySent(keys: Buffer[], room: Room, { id }: Member): void {
  const sent = messages(room, id).map((message) => message.toString('latin1'));
  const known = keys.flatMap((key) => keyPair(key)?.publicKey.toString('latin1') ?? []);
  assert.ok(known.some((key) => sent.some((message) => message.includes(key))), id);
}

/** The same: its last frames are sealed with one of these, or what it becomes. */
async function assertSealsWith(keys: Buffer[], member: Member): Promise<void> {
  const frames = sealedFrames(await member.taps()).filter(({ kind }) => kind === 'audio');
  const { data } = frames.at(-1)!;
  assert.ok([...keys, ...keys.flatMap(ratcheted)].some((key) => opensWith(key, data)), member.id);
}

/** Neither the page nor its console saw a piece of a key. */
async function assertKept(secrets: Secrets, member: Member): Promise<void> {
  const crossings = await member.run('crossings');
  assert.ok(crossings.some((text) => text.includes('"type":"message"')), 'messages were recorded');
  assert.ok(crossings.some((text) => text.includes('memberJoined')), 'requests were recorded');
  const { logs } = await member.run('testimony');
  const seen = {
    crossings,
    logs,
    console: member.console,
    happenings: (await member.run('happenings')).map((happening) => pack(happening)),
    stats: [pack(await member.session('stats'))],
  };
  for (const [where, texts] of Object.entries(seen)) {
    const found = texts.filter((text) => secrets.isIn(text));
    assert.equal(found.length, 0, `${member.id}: ${where} hold a key`);
  }
}

function assertNotSignalled(secrets: Secrets, room: Room): void {
  const all = messages(room);
  assert.ok(all.length > 10, `only ${all.length} messages`);
  assert.ok(!all.some((message) => secrets.isIn(message.toString('latin1'))));
}

/** The key messages of one member, or of all. */
function messages(room: Room, id?: string): Buffer[] {
  return room.relayed
    .filter(({ from }) => id === undefined || from === id)
    .map(({ message }) => message);
}
