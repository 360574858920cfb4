import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FramesealError } from '../src/client/errors.js';
import {
  copyBaseKey,
  memberOf,
  requireProtectOptions,
  sessionOptions,
  toKeyId,
  type FramesealOptions,
  type ProtectOptions,
} from '../src/client/options.js';

const OPTIONS: FramesealOptions = { room: 'standup', member: 'alice', keys: 'manual' };

test('defaults', () => {
  assert.deepEqual(sessionOptions(OPTIONS), { profile: 'frameseal/1', cipherSuite: 4 });
});

test('suites have the numbers of the registry', () => {
  const numbers = [
    'AES_128_CTR_HMAC_SHA256_80',
    'AES_128_CTR_HMAC_SHA256_64',
    'AES_128_CTR_HMAC_SHA256_32',
    'AES_128_GCM_SHA256_128',
    'AES_256_GCM_SHA512_128',
    'AES_256_CTR_HMAC_SHA512_80',
    'AES_256_CTR_HMAC_SHA512_64',
    'AES_256_CTR_HMAC_SHA512_32',
  ] as const;
  for (const [index, cipherSuite] of numbers.entries()) {
    assert.equal(sessionOptions({ ...OPTIONS, cipherSuite }).cipherSuite, index + 1, cipherSuite);
  }
});

test('the key exchange is refused by name', () => {
  const { room, member } = OPTIONS;
  for (const options of [{ room, member }, { room, member, keys: 'exchange' } as const]) {
    assert.throws(
      () => sessionOptions(options),
      (error) =>
        error instanceof FramesealError &&
        error.code === 'unsupported' &&
        error.message.includes("keys: 'manual'"),
    );
  }
});

const REJECTED_OPTIONS: [string, unknown, ErrorConstructor][] = [
  ['no options', undefined, TypeError],
  ['no room', { ...OPTIONS, room: undefined }, TypeError],
  ['empty room', { ...OPTIONS, room: '' }, RangeError],
  ['room of 257 bytes', { ...OPTIONS, room: 'a'.repeat(257) }, RangeError],
  ['member that is a number', { ...OPTIONS, member: 7 }, TypeError],
  ['member of 65 bytes in 33 letters', { ...OPTIONS, member: 'ä'.repeat(32) + 'a' }, RangeError],
  ['unknown keys', { ...OPTIONS, keys: 'none' }, TypeError],
  ['unknown profile', { ...OPTIONS, profile: 'frameseal/2' }, TypeError],
  ['unknown suite', { ...OPTIONS, cipherSuite: 'AES_128_GCM' }, TypeError],
  ['suite by number', { ...OPTIONS, cipherSuite: 4 }, TypeError],
];

test('wrong options', () => {
  for (const [name, options, error] of REJECTED_OPTIONS) {
    assert.throws(() => sessionOptions(options as FramesealOptions), error, name);
  }
});

test('lengths are those of UTF-8, to the last byte', () => {
  sessionOptions({ ...OPTIONS, room: 'ä'.repeat(128), member: 'ä'.repeat(32) });
});

test('key IDs', () => {
  assert.equal(toKeyId(0, 'frameseal/1'), 0n);
  assert.equal(toKeyId(2 ** 24 - 1, 'frameseal/1'), 0xff_ffffn);
  assert.equal(toKeyId(2n ** 64n - 1n, 'rfc9605'), 0xffff_ffff_ffff_ffffn);

  for (const keyId of [-1, -1n, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => toKeyId(keyId, 'frameseal/1'), RangeError, String(keyId));
    assert.throws(() => toKeyId(keyId, 'rfc9605'), RangeError, String(keyId));
  }
  assert.throws(() => toKeyId(2 ** 24, 'frameseal/1'), RangeError);
  assert.throws(() => toKeyId(2n ** 64n, 'rfc9605'), RangeError);
  // Not exact any more: which key is meant is anyone's guess.
  assert.throws(() => toKeyId(2 ** 53, 'rfc9605'), RangeError);
  for (const keyId of ['1', null, undefined, {}]) {
    assert.throws(() => toKeyId(keyId as unknown as number, 'rfc9605'), TypeError);
  }
});

test('base keys are copied whole', () => {
  const memory = new Uint8Array(64).map((_, index) => index);
  const view = memory.subarray(8, 40);
  const copy = copyBaseKey(view);

  assert.deepEqual(copy, new Uint8Array(view));
  assert.equal(copy.buffer.byteLength, 32);
  // slice() of this one would share the pool that other secrets of the page lie in.
  const pooled = Buffer.from(view);
  assert.notEqual(copyBaseKey(pooled).buffer, pooled.buffer);
});

test('base keys have 16 to 256 bytes', () => {
  for (const length of [16, 256]) assert.equal(copyBaseKey(new Uint8Array(length)).length, length);
  for (const length of [0, 15, 257]) {
    assert.throws(() => copyBaseKey(new Uint8Array(length)), RangeError, String(length));
  }
  for (const key of ['0123456789abcdef', new ArrayBuffer(32), new Uint16Array(16), [1, 2]]) {
    assert.throws(() => copyBaseKey(key as unknown as Uint8Array), TypeError);
  }
});

test('a receive key without a member is named by its ID', () => {
  const baseKey = new Uint8Array(16);
  assert.equal(memberOf({ keyId: 0x10, baseKey }, 0x10n), '16');
  assert.equal(memberOf({ keyId: 0x10, baseKey, member: 'bob' }, 0x10n), 'bob');
  assert.throws(() => memberOf({ keyId: 1, baseKey, member: '' }, 1n), RangeError);
});

test('options of protect()', () => {
  requireProtectOptions({});
  requireProtectOptions({ codec: 'video/VP8', track: 'screen', from: 'bob' });
  requireProtectOptions({ codec: undefined, track: undefined, from: undefined });
  const rejected: [unknown, ErrorConstructor][] = [
    [{ codec: 'VP8' }, TypeError],
    [{ codec: 8 }, TypeError],
    [{ track: 'data' }, TypeError],
    [{ track: 'track-4' }, TypeError],
    [{ track: 2 }, TypeError],
    [{ from: '' }, RangeError],
    [{ from: 2 }, TypeError],
  ];
  for (const [options, error] of rejected) {
    assert.throws(() => requireProtectOptions(options as ProtectOptions), error, String(options));
  }
});
