import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { KIND, SealedSignalling, type Signal } from '../sealed-signalling.ts';
import { MarkedSealing } from './sealing.ts';

const candidate: Signal = { to: 'bob', link: 'l', number: 0, candidate: { candidate: 'secret' } };

function end(self: string, sealing?: MarkedSealing) {
  const relayed: Uint8Array[] = [];
  const signals: [string, Signal][] = [];
  const dropped: string[] = [];
  const signalling = new SealedSignalling(self, sealing, {
    relay: (_to, data) => relayed.push(data),
    signal: (from, signal) => signals.push([from, signal]),
    dropped: (_from, code) => dropped.push(code),
  });
  return { signalling, relayed, signals, dropped };
}

test('a signal arrives as it was sent', async () => {
  for (const isSealed of [true, false]) {
    const alice = end('alice', isSealed ? new MarkedSealing('alice') : undefined);
    const bob = end('bob', isSealed ? new MarkedSealing('bob') : undefined);
    alice.signalling.send(candidate);
    await sleep(1);
    const [data] = alice.relayed;
    assert.equal(data?.[0], isSealed ? KIND.sealed : KIND.plain);
    bob.signalling.receive('alice', data!);
    await sleep(1);
    assert.deepEqual(bob.signals, [['alice', candidate]]);
  }
});

test('nothing in the clear is taken in a sealed room, and nothing sealed in an open one', () => {
  const plain = new TextEncoder().encode(` ${JSON.stringify(candidate)}`);
  plain[0] = KIND.plain;
  const sealed = end('bob', new MarkedSealing('bob'));
  sealed.signalling.receive('alice', plain);
  sealed.signalling.receive('alice', new Uint8Array());
  assert.deepEqual(sealed.signals, []);
  assert.deepEqual(sealed.dropped, ['not-sealed', 'sealed']);

  const open = end('bob');
  open.signalling.receive('alice', new Uint8Array([KIND.key, 1]));
  open.signalling.receive('alice', new Uint8Array([KIND.sealed, 1]));
  assert.deepEqual(open.dropped, ['sealed', 'sealed']);
});

test('signals wait for their key, and stay in order', async () => {
  const alice = end('alice', new MarkedSealing('alice'));
  const sealing = new MarkedSealing('bob');
  const bob = end('bob', sealing);
  for (const number of [0, 1, 2]) alice.signalling.send({ ...candidate, number });
  await sleep(1);
  sealing.hasKey = false;
  for (const data of alice.relayed) bob.signalling.receive('alice', data);
  await sleep(150);
  assert.equal(bob.signals.length, 0);
  sealing.hasKey = true;
  await sleep(200);
  assert.deepEqual(bob.signals.map(([, { number }]) => number), [0, 1, 2]);
});

test('what another member sealed, or sealed for another, is dropped', async () => {
  const mallory = end('mallory', new MarkedSealing('mallory'));
  mallory.signalling.send(candidate);
  mallory.signalling.send({ ...candidate, to: 'carol' });
  await sleep(1);
  const bob = end('bob', new MarkedSealing('bob'));
  bob.signalling.receive('alice', mallory.relayed[0]!);
  bob.signalling.receive('mallory', mallory.relayed[1]!);
  bob.signalling.receive('mallory', new Uint8Array([KIND.sealed, 1, 2, 3]));
  await sleep(1);
  assert.deepEqual(bob.signals, []);
  assert.deepEqual(bob.dropped.sort(), ['authentication-failed', 'malformed', 'wrong-source']);
});

test('key messages go to the package as they came', () => {
  const sealing = new MarkedSealing('bob');
  const bob = end('bob', sealing);
  bob.signalling.receive('alice', new Uint8Array([KIND.key, 7, 8]));
  assert.deepEqual(sealing.keyMessages, [['alice', [7, 8]]]);
  bob.signalling.sendKey(null, new Uint8Array([9]));
  assert.deepEqual([...bob.relayed[0]!], [KIND.key, 9]);
});
