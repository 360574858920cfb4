import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  copyBaseKey,
  copyCredential,
  memberOf,
  requireProtectOptions,
  requireStream,
  secretMemory,
  sessionOptions,
  toKeyId,
  type FramesealOptions,
  type ProtectOptions,
} from '../src/client/options.js';

const OPTIONS: FramesealOptions = { room: 'standup', member: 'alice' };
const DEFAULTS = {
  keys: 'exchange',
  profile: 'frameseal/1',
  cipherSuite: 4,
  audioCipherSuite: 4,
  room: 'standup',
  member: 'alice',
  secret: undefined,
  recording: 'by-consent',
  slot: undefined,
  credential: undefined,
  verify: false,
  rotateEveryMs: 3_600_000,
};

test('defaults', () => {
  assert.deepEqual(sessionOptions(OPTIONS), DEFAULTS);
  assert.deepEqual(sessionOptions({ ...OPTIONS, keys: 'exchange' }), DEFAULTS);
  assert.deepEqual(sessionOptions({ ...OPTIONS, keys: 'manual' }), {
    keys: 'manual',
    profile: 'frameseal/1',
    cipherSuite: 4,
    audioCipherSuite: 4,
  });
});

test('all that the worker is told of a key exchange', () => {
  const credential = Uint8Array.of(1, 2, 3);
  const options = {
    ...OPTIONS,
    secret: 'five random words are enough',
    recording: 'never' as const,
    slot: 7,
    credential,
    acceptMember: () => true,
    rotateEveryMs: 60_000,
  };
  assert.deepEqual(sessionOptions(options), {
    ...DEFAULTS,
    secret: 'five random words are enough',
    recording: 'never',
    slot: 7,
    credential,
    verify: true,
    rotateEveryMs: 60_000,
  });
  // What depends on the fingerprint comes after it.
  assert.deepEqual(sessionOptions({ ...OPTIONS, credential: () => credential }), DEFAULTS);
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
    const number = index + 1;
    const both = sessionOptions({ ...OPTIONS, cipherSuite });
    assert.deepEqual([both.cipherSuite, both.audioCipherSuite], [number, number], cipherSuite);
    const audio = sessionOptions({ ...OPTIONS, audioCipherSuite: cipherSuite });
    assert.deepEqual([audio.cipherSuite, audio.audioCipherSuite], [4, number], cipherSuite);
  }
});

const ACCEPTED_OPTIONS: [string, Partial<FramesealOptions>][] = [
  ['a member that records', { recording: 'recorder' }],
  // Lengths are those of UTF-8, to the last byte.
  ['longest room and member', { room: 'ä'.repeat(128), member: 'ä'.repeat(32) }],
  ['shortest secret', { secret: new Uint8Array(16) }],
  ['longest secret', { secret: new Uint8Array(256) }],
  ['shortest passphrase', { secret: 'ä'.repeat(4) }],
  ['longest passphrase', { secret: 'a'.repeat(1024) }],
  ['least slot', { slot: 0 }],
  ['greatest slot', { slot: 65_535 }],
  ['empty credential', { credential: new Uint8Array() }],
  ['longest credential', { credential: new Uint8Array(4096) }],
  ['fastest rotation', { rotateEveryMs: 60_000 }],
  ['slowest rotation', { rotateEveryMs: 86_400_000 }],
  ['key IDs of the application', { keys: 'manual', profile: 'rfc9605' }],
];

test('options to the ends of their ranges', () => {
  for (const [name, options] of ACCEPTED_OPTIONS) {
    assert.doesNotThrow(() => sessionOptions({ ...OPTIONS, ...options }), name);
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
  ['unknown suite of audio', { ...OPTIONS, audioCipherSuite: 'AES_128_GCM' }, TypeError],
  ['key IDs of the application', { ...OPTIONS, profile: 'rfc9605' }, TypeError],
  ['empty secret', { ...OPTIONS, secret: '' }, RangeError],
  ['PIN', { ...OPTIONS, secret: '123456' }, RangeError],
  ['passphrase of 1025 bytes', { ...OPTIONS, secret: 'a'.repeat(1025) }, RangeError],
  ['secret of 15 bytes', { ...OPTIONS, secret: new Uint8Array(15) }, RangeError],
  ['secret of 257 bytes', { ...OPTIONS, secret: new Uint8Array(257) }, RangeError],
  ['secret that is a number', { ...OPTIONS, secret: 32 }, TypeError],
  ['secret that is null', { ...OPTIONS, secret: null }, TypeError],
  ['unknown recording', { ...OPTIONS, recording: true }, TypeError],
  ['slot below 0', { ...OPTIONS, slot: -1 }, RangeError],
  ['slot of 17 bits', { ...OPTIONS, slot: 65_536 }, RangeError],
  ['slot that is no integer', { ...OPTIONS, slot: 0.5 }, RangeError],
  ['slot that is no number', { ...OPTIONS, slot: '1' }, TypeError],
  ['credential of 4097 bytes', { ...OPTIONS, credential: new Uint8Array(4097) }, RangeError],
  ['credential that is a string', { ...OPTIONS, credential: 'token' }, TypeError],
  ['acceptMember that is no function', { ...OPTIONS, acceptMember: true }, TypeError],
  ['rotation within a minute', { ...OPTIONS, rotateEveryMs: 59_999 }, RangeError],
  ['rotation after a day', { ...OPTIONS, rotateEveryMs: 86_400_001 }, RangeError],
  ['an option that is not known', { ...OPTIONS, pasword: 'correct horse' }, TypeError],
  ['no rotation', { ...OPTIONS, rotateEveryMs: Number.POSITIVE_INFINITY }, RangeError],
];

const EXCHANGE_OPTIONS: Partial<FramesealOptions> = {
  secret: 'correct horse battery',
  slot: 1,
  credential: new Uint8Array(1),
  acceptMember: () => true,
  rotateEveryMs: 60_000,
};

test('manual keys do not pass over what they do not heed', () => {
  for (const [name, value] of Object.entries(EXCHANGE_OPTIONS)) {
    assert.throws(
      () => sessionOptions({ ...OPTIONS, keys: 'manual', [name]: value }),
      (error) => error instanceof TypeError && error.message.startsWith(name),
      name,
    );
  }
});

test('a passphrase is the same from every keyboard', () => {
  const secretOf = (secret: string) => {
    const session = sessionOptions({ ...OPTIONS, secret });
    return 'secret' in session ? session.secret : undefined;
  };
  assert.equal(secretOf('scho\u0308ne Gru\u0308\u00dfe'), 'sch\u00f6ne Gr\u00fc\u00dfe');
  assert.equal(secretOf(' Spaces  Count '), ' Spaces  Count ');
});

test('a random secret is copied whole, to be transferred', () => {
  const secret = new Uint8Array(64).map((_, index) => index).subarray(8, 40);
  const session = sessionOptions({ ...OPTIONS, secret });
  const [memory] = secretMemory(session);
  assert.ok(memory instanceof ArrayBuffer);
  assert.deepEqual(new Uint8Array(memory), new Uint8Array(secret));

  assert.deepEqual(secretMemory(sessionOptions(OPTIONS)), []);
  assert.deepEqual(secretMemory(sessionOptions({ ...OPTIONS, secret: 'a passphrase' })), []);
});

test('credentials have at most 4096 bytes', () => {
  assert.equal(copyCredential(new Uint8Array(4096)).length, 4096);
  assert.throws(() => copyCredential(new Uint8Array(4097)), RangeError);
  assert.throws(() => copyCredential('token' as unknown as Uint8Array), TypeError);
});

test('an option that is not known is named', () => {
  const pasword = 'five random words are enough';
  const options = { ...OPTIONS, pasword } as FramesealOptions;
  assert.throws(() => sessionOptions(options), /no option pasword/);
});

test('wrong options', () => {
  for (const [name, options, error] of REJECTED_OPTIONS) {
    assert.throws(() => sessionOptions(options as FramesealOptions), error, name);
  }
});

test('key IDs', () => {
  assert.equal(toKeyId(0, 'frameseal/1'), '0');
  assert.equal(toKeyId(2 ** 24 - 1, 'frameseal/1'), '16777215');
  assert.equal(toKeyId(2n ** 64n - 1n, 'rfc9605'), '18446744073709551615');

  for (const keyId of [-1, -1n]) {
    assert.throws(() => toKeyId(keyId, 'frameseal/1'), RangeError, String(keyId));
    assert.throws(() => toKeyId(keyId, 'rfc9605'), RangeError, String(keyId));
  }
  assert.throws(() => toKeyId(2 ** 24, 'frameseal/1'), RangeError);
  assert.throws(() => toKeyId(2n ** 64n, 'rfc9605'), RangeError);
  // Not exact any more: which key is meant is anyone's guess.
  assert.throws(() => toKeyId(2 ** 53, 'rfc9605'), TypeError);
  for (const keyId of ['1', null, undefined, {}, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
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
});

test('bytes come in any form, and all of them', () => {
  const bytes = Uint8Array.from({ length: 32 }, (_, index) => index);
  const { buffer } = bytes;
  for (const form of [bytes, buffer, new Uint16Array(buffer), new DataView(buffer), [...bytes]]) {
    assert.deepEqual(copyBaseKey(form), bytes);
  }
});

test('what are no bytes is named, with what made it so', () => {
  const forms: [unknown, RegExp][] = [
    ['0123456789abcdef', /a String/],
    [JSON.parse(JSON.stringify(new Uint8Array(16))), /JSON.*send \[\.\.\.data\]/],
    [new Blob(['0123456789abcdef']), /binaryType/],
    [null, /a Null/],
    [Array(16).fill(256), /more than bytes/],
    [Array(16).fill('1'), /more than bytes/],
  ];
  for (const [form, message] of forms) {
    const isTold = (error: unknown): boolean =>
      error instanceof TypeError && message.test(error.message);
    assert.throws(() => copyBaseKey(form as Uint8Array), isTold, String(message));
  }
});

test('a receive key without a member is named by its ID', () => {
  const baseKey = new Uint8Array(16);
  assert.equal(memberOf({ keyId: 0x10, baseKey }, '16'), '16');
  assert.equal(memberOf({ keyId: 0x10, baseKey, member: 'bob' }, '16'), 'bob');
  assert.throws(() => memberOf({ keyId: 1, baseKey, member: '' }, '1'), RangeError);
});

test('streams of application data', () => {
  assert.equal(requireStream({}), 0);
  assert.equal(requireStream({ stream: 3 }), 3);
  for (const stream of [-1, 4, 0.5]) assert.throws(() => requireStream({ stream }), RangeError);
  assert.throws(() => requireStream({ stream: '1' as unknown as number }), TypeError);
});

test('options of protect()', () => {
  requireProtectOptions({});
  requireProtectOptions({ codec: 'video/VP8', track: 'screen', from: 'bob' });
  requireProtectOptions({ track: 'microphone' }); // the number of which is 0
  requireProtectOptions({ codec: undefined, track: undefined, from: undefined });
  const rejected: [unknown, ErrorConstructor][] = [
    [{ codec: 'VP8' }, TypeError],
    [{ codec: 8 }, TypeError],
    [{ track: 'data' }, TypeError],
    [{ track: 'track-12' }, TypeError],
    [{ track: 2 }, TypeError],
    [{ from: '' }, RangeError],
    [{ from: 2 }, TypeError],
  ];
  for (const [options, error] of rejected) {
    assert.throws(() => requireProtectOptions(options as ProtectOptions), error, String(options));
  }
});
