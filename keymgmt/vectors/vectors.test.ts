// Makes every value of keymgmt.json again from its inputs, by docs/protocol.md and Node's own
// cryptography (OpenSSL): so that the file proves the text, and not just the code that wrote it.

import assert from 'node:assert/strict';
import { createCipheriv, createECDH, createHash, ECDH, hkdfSync } from 'node:crypto';
import { test } from 'node:test';

import vectors from './keymgmt.json' with { type: 'json' };

/** What CBOR can say of what key messages need. */
type Item = null | boolean | number | string | Uint8Array | Item[];

interface Key {
  slot: number;
  epoch: number;
  baseKey: string;
}

/** The number of the one algorithm that public keys are used with today. */
const P256 = 1;

const CURVE = 'prime256v1';

test('every part of the file has its test', () => {
  const parts = 'room secrets publicKeys members agreements messages ratchets keyIds safetyNumbers';
  assert.deepEqual(Object.keys(vectors), parts.split(' '));
});

test('room', () => {
  const { name, tag } = vectors.room;
  assert.equal(tag, sha256('frameseal/1 room', name).subarray(0, 8).toString('hex'));
});

test('secrets', () => {
  for (const { name, input, secret, salt, saltIfNeverRecorded } of vectors.secrets) {
    if (name === 'none') assert.equal(secret, '00'.repeat(32));
    if (name === 'random') {
      const made = sha256('frameseal/1 random secret', bytes(input ?? ''));
      assert.equal(secret, made.toString('hex'));
    }
    // Node 20 has no Argon2: README.md tells how the passphrase's secret was checked.
    const made = (mayBeRecorded: boolean) =>
      sha256(cbor([vectors.room.name, bytes(secret), mayBeRecorded])).toString('hex');
    assert.equal(salt, made(true), name);
    assert.equal(saltIfNeverRecorded, made(false), name);
  }
});

test('public keys', () => {
  for (const { name, encoded, error } of vectors.publicKeys) {
    const isCompressed = /^0[23][0-9a-f]{64}$/.test(encoded);
    const other = encoded === '00' ? 'Infinity' : 'Format';
    const expected = isCompressed ? (isPoint(encoded) ? null : 'NotOnCurve') : other;
    assert.equal(error, expected, name);
  }
});

test('members', () => {
  for (const { id, publicKey, fingerprint } of vectors.members) {
    assert.equal(publicKey, keyPair(id).getPublicKey('hex', 'compressed'), id);
    assert.equal(fingerprint, sha256(bytes(publicKey)).toString('hex'), id);
  }
});

test('agreements', () => {
  for (const { secret, from, to, shared, info, wrappingKey } of vectors.agreements) {
    const name = `${secret}: ${from} to ${to}`;
    const agreed = keyPair(from).computeSecret(member(to).publicKey, 'hex');
    assert.equal(shared, agreed.toString('hex'), name);
    assert.equal(info, cbor(['frameseal/1 kek', from, to, hello(from), hello(to)]).toString('hex'));
    const { salt } = found(vectors.secrets, (it) => it.name === secret);
    const key = hkdfSync('sha256', agreed, bytes(salt), bytes(info), 32);
    assert.equal(wrappingKey, Buffer.from(key).toString('hex'), name);
  }
});

test('messages', () => {
  for (const { name, from, to, hello: greets, sequence, body, message } of vectors.messages) {
    const tag = bytes(vectors.room.tag);
    const head = [1, tag, from, to, greets ? hello(from) : null, sequence].map(cbor);
    const aad = Buffer.concat([Buffer.of(0x87), ...head]);
    let sealed = Buffer.alloc(0);
    if (body !== null && to !== null) {
      const { keys, ack, wants, read, rival } = body;
      const plain = cbor([keys.map(wrapped), ack, wants, read, rival]);
      sealed = seal(wrappingKey(from, to), sequence, aad, plain);
    }
    assert.equal(message, Buffer.concat([aad, cbor(sealed)]).toString('hex'), name);
  }
});

test('ratchets', () => {
  for (const { suite, from, steps } of vectors.ratchets) {
    const [hash, length] = suite < 5 ? (['sha256', 32] as const) : (['sha512', 64] as const);
    let key = from;
    for (const expected of steps) {
      const next = hkdfSync(hash, bytes(key.baseKey), '', 'SFrame 1.0 Ratchet', length);
      key = {
        slot: key.slot,
        epoch: key.epoch + 1,
        baseKey: Buffer.from(next).toString('hex'),
      };
      assert.deepEqual(key, expected, `suite ${suite}`);
    }
  }
});

test('key IDs', () => {
  for (const { slot, epoch, track, keyId } of vectors.keyIds) {
    assert.equal(keyId, (slot * 256 + (epoch % 256)) * 16 + track);
  }
});

test('safety numbers', () => {
  for (const { members, number } of vectors.safetyNumbers) {
    const sorted = [...members].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const keys = sorted.map((id) => [id, bytes(member(id).publicKey)]);
    const input = cbor(['frameseal/1 safety number', keys]);
    const digest = createHash('sha512').update(input).digest();
    const groups = Array.from({ length: 12 }, (_, at) => digest.readUIntBE(5 * at, 5) % 100_000);
    assert.equal(number, groups.map((group) => String(group).padStart(5, '0')).join(' '));
  }
});

/** Encrypts with the tag behind. */
function seal(
  key: Uint8Array,
  sequence: number,
  aad: Uint8Array,
  plain: Uint8Array,
): Buffer<ArrayBuffer> {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(sequence), 4);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** The key of a direction; the messages are of a room with a random secret. */
function wrappingKey(from: string, to: string): Buffer {
  const isMeant = (it: (typeof vectors.agreements)[number]): boolean =>
    it.secret === 'random' && it.from === from && it.to === to;
  return bytes(found(vectors.agreements, isMeant).wrappingKey);
}

function hello(id: string): Item {
  const { publicKey, otherKeys, nonce, suites, recording, credential } = member(id);
  const keys = [{ algorithm: P256, publicKey }, ...otherKeys];
  const list = keys.map(({ algorithm, publicKey }) => [algorithm, bytes(publicKey)]);
  return [list, bytes(nonce), suites, recording, bytes(credential)];
}

function wrapped({ slot, epoch, baseKey }: Key): Item {
  return [slot, epoch, bytes(baseKey)];
}

function member(id: string): (typeof vectors.members)[number] {
  return found(vectors.members, (it) => it.id === id);
}

function keyPair(id: string): ECDH {
  const ecdh = createECDH(CURVE);
  ecdh.setPrivateKey(member(id).privateKey, 'hex');
  return ecdh;
}

/** Whether OpenSSL finds a point for a compressed key. */
function isPoint(encoded: string): boolean {
  try {
    ECDH.convertKey(encoded, CURVE, 'hex', 'hex', 'uncompressed');
    return true;
  } catch {
    return false;
  }
}

function sha256(...parts: (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Deterministic CBOR: RFC 8949 section 4.2.1. */
function cbor(item: Item): Buffer<ArrayBuffer> {
  if (item === null) return Buffer.of(0xf6);
  if (typeof item === 'boolean') return Buffer.of(item ? 0xf5 : 0xf4);
  if (typeof item === 'number') return head(0, item);
  if (typeof item === 'string') {
    const text = Buffer.from(item);
    return Buffer.concat([head(3, text.length), text]);
  }
  if (item instanceof Uint8Array) return Buffer.concat([head(2, item.length), item]);
  return Buffer.concat([head(4, item.length), ...item.map(cbor)]);
}

/** Major type and argument, in the fewest bytes. */
function head(major: number, value: number): Buffer<ArrayBuffer> {
  if (value < 24) return Buffer.of((major << 5) | value);
  const size = [1, 2, 4, 8].find((size) => value < 2 ** (8 * size)) ?? 8;
  const argument = Buffer.alloc(8);
  argument.writeBigUInt64BE(BigInt(value));
  const first = (major << 5) | (24 + Math.log2(size));
  return Buffer.concat([Buffer.of(first), argument.subarray(8 - size)]);
}

function bytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}

function found<T>(items: T[], isMeant: (item: T) => boolean): T {
  const item = items.find(isMeant);
  assert.ok(item !== undefined);
  return item;
}
