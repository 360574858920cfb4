import { cipherSuiteNumber, type CipherSuite } from './cipher-suites.js';
import { FramesealError } from './errors.js';
import { trackNumber, type MediaTrackName } from './tracks.js';
import { MAX_DATA_LENGTH, type SessionOptions } from '../protocol.js';

/** What `Frameseal.create()` needs to know. */
export interface FramesealOptions {
  /** Name of the call, 1 to 256 bytes of UTF-8; the same for all its members. */
  room: string;

  /** This participant's id, unique in the room, 1 to 64 bytes of UTF-8. */
  member: string;

  /**
   * Where keys come from. `manual`: the application sets them with `setSendKey()` and
   * `addReceiveKey()`. `exchange`, the default, is not in this version: `create()` rejects.
   */
  keys?: 'manual' | 'exchange';

  /**
   * How RFC 9605 is used; the same for all members.
   *
   * - `frameseal/1`, the default: every track has its own key, and the kind of a frame is
   *   authenticated. Key IDs are 0 to 2^24 - 1.
   * - `rfc9605`: no metadata, and the key ID on the wire is the application's own, 0 to 2^64 - 1,
   *   for members that are not Frameseal.
   */
  profile?: Profile;

  /** The same for all members; `AES_128_GCM_SHA256_128` by default. */
  cipherSuite?: CipherSuite;

  /**
   * The worker, or where its script is; by default `worker.js` beside this module, as a module
   * worker.
   *
   * A worker script must come from the page's own origin, so copy `worker.js` and
   * `frameseal_bg.wasm` there when the module comes from a CDN. `worker.single.js` holds both in
   * one file, for bundlers that do not follow `new URL(…, import.meta.url)`. The page's Content
   * Security Policy must allow the script in `worker-src` and `'wasm-unsafe-eval'` in `script-src`.
   *
   * A `Worker` must run one of the two scripts and serves one `Frameseal`; it is the application's
   * to terminate.
   */
  worker?: Worker | URL | string;
}

/** Values of {@link FramesealOptions.profile}. */
export type Profile = 'frameseal/1' | 'rfc9605';

/** What `protect()` may be told about a transceiver. */
export interface ProtectOptions {
  /**
   * MIME type of what the transceiver carries, for example `video/VP8`. Needed only in browsers
   * that do not tell it with each frame.
   */
  codec?: string | undefined;

  /**
   * Which of this member's tracks the sender carries; receivers hear of it in `source` events. By
   * default the first free name for its kind: `microphone`, then `screen-audio`; `camera`, then
   * `screen`; then `track-5` and so on.
   */
  track?: MediaTrackName | undefined;

  /**
   * The only member whose frames the receiver lets through, as named by `addReceiveKey()`; frames
   * of others are dropped with the problem `wrong-source`. By default any member's.
   */
  from?: string | undefined;
}

/** A key that seals what this member sends. */
export interface SendKey {
  /**
   * Names the key to receivers. An integer, 0 to 2^24 - 1 in profile `frameseal/1`, 0 to 2^64 - 1
   * in `rfc9605`. No two members may have one in common.
   */
  keyId: number | bigint;

  /**
   * 16 to 256 bytes from a secure random generator or a key exchange, never a passphrase. Copied;
   * the caller's bytes are left as they are, and are the caller's to wipe.
   *
   * Fresh for each `Frameseal`, page loads included: frames are counted from 0 under it, and two
   * frames with one number under one key are as good as readable. Within a session a key that was
   * replaced is refused; an earlier page load nobody can see.
   */
  baseKey: Uint8Array;
}

/** A key that opens what another member sends. */
export interface ReceiveKey extends SendKey {
  /**
   * Whose key it is, 1 to 64 bytes of UTF-8: the name in `source` events, in `open()` and for
   * {@link ProtectOptions.from}. By default the key ID in decimal.
   */
  member?: string;
}

/**
 * Checks the options of `create()`; returns what the worker needs of them.
 *
 * @throws TypeError, RangeError for wrong arguments.
 * @throws FramesealError `unsupported` for what this version has not got.
 */
export function sessionOptions(options: FramesealOptions): SessionOptions {
  const { room, member, keys = 'exchange', profile = 'frameseal/1' } = options;
  const { cipherSuite = 'AES_128_GCM_SHA256_128' } = options;
  requireText('room', room, MAX_ROOM_LENGTH);
  requireText('member', member, MAX_MEMBER_LENGTH);
  requireOneOf('keys', keys, ['manual', 'exchange']);
  requireOneOf('profile', profile, ['frameseal/1', 'rfc9605']);
  const suite = cipherSuiteNumber(cipherSuite);
  if (suite === undefined) throw new TypeError(`cipherSuite: ${String(cipherSuite)} is not known`);

  if (keys !== 'manual') {
    throw new FramesealError(
      'unsupported',
      "this version has no key exchange yet: pass keys: 'manual' and set the keys yourself",
    );
  }
  return { keys, profile, cipherSuite: suite };
}

/** Checks the options of `protect()`. */
export function requireProtectOptions({ codec, track, from }: ProtectOptions): void {
  if (codec !== undefined && !(typeof codec === 'string' && /^(audio|video)\/./i.test(codec))) {
    throw new TypeError('codec must be a MIME type, such as video/VP8');
  }
  if (track !== undefined && !trackNumber(track)) {
    throw new TypeError(`track: ${String(track)} is not the name of a media track`);
  }
  if (from !== undefined) requireText('from', from, MAX_MEMBER_LENGTH);
}

/** Checks a key ID; returns it as the worker takes it. */
export function toKeyId(value: number | bigint, profile: Profile): bigint {
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    throw new TypeError('keyId must be a number or a bigint');
  }
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new RangeError('keyId must be an integer; above 2^53 - 1, a bigint');
  }
  const keyId = BigInt(value);
  const bits = profile === 'rfc9605' ? 64n : 24n;
  if (keyId < 0n || keyId >> bits !== 0n) {
    throw new RangeError(`keyId must be 0 to 2^${bits} - 1 in profile ${profile}`);
  }
  return keyId;
}

/** Checks a base key; returns a copy whose buffer holds nothing else, to be transferred. */
export function copyBaseKey(baseKey: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = copyBytes('baseKey', baseKey);
  if (copy.length < MIN_BASE_KEY_LENGTH || copy.length > MAX_BASE_KEY_LENGTH) {
    throw new RangeError(`baseKey must be ${MIN_BASE_KEY_LENGTH} to ${MAX_BASE_KEY_LENGTH} bytes`);
  }
  return copy;
}

/** Checks the member that a receive key is of. */
export function memberOf({ member }: ReceiveKey, keyId: bigint): string {
  if (member === undefined) return keyId.toString();
  requireText('member', member, MAX_MEMBER_LENGTH);
  return member;
}

/** Checks application data; returns a copy whose buffer holds nothing else, to be transferred. */
export function copyData(data: Uint8Array): Uint8Array<ArrayBuffer> {
  if (data?.byteLength > MAX_DATA_LENGTH) {
    throw new RangeError(`data must be at most ${MAX_DATA_LENGTH} bytes`);
  }
  return copyBytes('data', data);
}

/** Returns a copy of bytes in a buffer of its own. */
function copyBytes(name: string, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${name} must be a Uint8Array`);
  // Not slice(): that of a Node-style Buffer shares memory.
  return new Uint8Array(bytes);
}

// Docs of the options tell them, in bytes of UTF-8: ids are bound into keys and sent in messages.
const MAX_ROOM_LENGTH = 256;
const MAX_MEMBER_LENGTH = 64;

// RFC 9605 does not bound base keys. Fewer than 16 bytes cannot hold 128 bits of secret; more than
// 256 is no key, but a mistake.
const MIN_BASE_KEY_LENGTH = 16;
const MAX_BASE_KEY_LENGTH = 256;

function requireText(name: string, value: string, max: number): void {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`);
  const { length } = new TextEncoder().encode(value);
  if (length < 1 || length > max)
    throw new RangeError(`${name} must be 1 to ${max} bytes of UTF-8`);
}

function requireOneOf(name: string, value: string, values: string[]): void {
  if (!values.includes(value)) throw new TypeError(`${name} must be ${values.join(' or ')}`);
}
