import { cipherSuiteNumber, type CipherSuite } from './cipher-suites.js';
import { trackNumber, type TrackName } from './tracks.js';
import {
  DATA_STREAMS,
  MAX_CREDENTIAL_LENGTH,
  MAX_DATA_LENGTH,
  MAX_MEMBER_LENGTH,
  MAX_PASSPHRASE_LENGTH,
  MAX_ROOM_LENGTH,
  MIN_PASSPHRASE_LENGTH,
  MIN_SECRET_LENGTH,
} from '../constants.js';
import type { Bytes, KeyExchange, SessionOptions } from '../protocol.js';

/** What a {@link Frameseal} needs to know. Others are refused by name. */
export interface FramesealOptions {
  /**
   * Name of the call, 1 to 256 bytes of UTF-8; the same for all its members. Bound into every key
   * that is exchanged.
   */
  room: string;

  /** This participant's id, unique in the room, 1 to 64 bytes of UTF-8. */
  member: string;

  /**
   * Where keys come from.
   *
   * - `exchange`, the default: the worker makes them and exchanges them with the other members'.
   *   The application delivers the messages (`message` events, `receive()`) and says who is there
   *   (`memberJoined()`, `memberLeft()`).
   * - `manual`: the application sets them with `setSendKey()` and `addReceiveKey()`. The options
   *   from `secret` to `rotateEveryMs` are not for this mode.
   */
  keys?: KeyMode;

  /**
   * What all members know and the signalling server does not: with it, a server that swaps public
   * keys gets nothing. All members must give the same.
   *
   * - bytes: 16 to 256 random ones, for example from the fragment (`#`) of an invitation link, which
   *   browsers do not send.
   * - `string`: a passphrase, 8 to 1024 bytes of UTF-8 in Unicode's form NFC. `ready` takes
   *   half a second longer, because it is stretched with Argon2id. A server in the middle can try
   *   one passphrase after the other on its own machines, so take five random words; what is
   *   shorter than 8 bytes is refused, as a PIN would fall in hours.
   *
   * By default none: compare safety numbers, or judge members by their credentials.
   */
  secret?: string | BytesLike;

  /**
   * Whether the room may be recorded; the same for all members but recorders.
   *
   * - `by-consent`, the default: a recorder is named as such in `member` events, and gets no key of this
   *   member before {@link Frameseal.consent}.
   * - `never`: recorders have no key in common with this member, nor have members that allow them.
   * - `recorder`: this member records. The others are told so.
   *
   * It binds who keeps to it: any member can keep what it sees and hears without saying so.
   */
  recording?: Recording;

  /**
   * This member's number in the room, 0 to 65535, if the application has numbers without repeats:
   * those under 16 save 2 bytes a frame. By default a random one. If another member has the same,
   * both hear the problem `slot-conflict`, and one of the two takes another.
   */
  slot?: number;

  /**
   * Shown to the others' `acceptMember()`, which judges by it who this is: at most 4096 bytes, for
   * example a token of the application's server that names the member and its fingerprint. Not
   * secret: the signalling sees it.
   *
   * A function gets the fingerprint of this session's public key, 64 hexadecimal digits, and is
   * called once; `ready` rejects with what it throws.
   */
  credential?: BytesLike | ((fingerprint: string) => BytesLike | Promise<BytesLike>);

  /**
   * Judges each member, and each again when its public key changes. Until it returns `true`, no
   * key goes to that member and none of its frames is opened; anything else rejects it, until
   * `memberLeft()`. If it throws, the problem `judgement-failed` tells so, and the member is
   * rejected. By default everybody of the roster is let in.
   */
  acceptMember?: (claim: MemberClaim) => boolean | Promise<boolean>;

  /** Age at which the key is replaced by a fresh one, 60,000 to 86,400,000 ms; 1 h by default. */
  rotateEveryMs?: number;

  /**
   * How RFC 9605 is used; the same for all members.
   *
   * - `frameseal/1`, the default: every track has its own key, and the kind of a frame is
   *   authenticated. Key IDs are 0 to 2^24 - 1.
   * - `rfc9605`: no metadata, and the key ID on the wire is the application's own, 0 to 2^64 - 1,
   *   for members that are not Frameseal. Needs `keys: 'manual'`.
   */
  profile?: Profile;

  /** The same for all members; `AES_128_GCM_SHA256_128` by default. */
  cipherSuite?: CipherSuite;

  /**
   * Of audio alone; by default `cipherSuite`. A suite with a short tag saves up to 12 bytes of each
   * packet of sound, and lets one forged packet in 2^32 through (RFC 9605, section 7): pictures and
   * application data must not have one. The same for all members.
   */
  audioCipherSuite?: CipherSuite;

  /**
   * Whether senders may send tones (RFC 4733), `sender.dtmf`. Browsers make them behind the encoder, so
   * they leave in the clear, and a media server can read the digits, be they a card number or a PIN.
   * By default `refuse`: `insertDTMF()` throws `telephone-events-refused`.
   */
  telephoneEvents?: 'refuse' | 'allow';

  /**
   * The worker, or where its script is. By default it is found: `frameseal.worker.js` and `frameseal_bg.wasm`
   * beside this module, or else a copy of both that bundlers take along, by a blob URL.
   *
   * Needed where a policy forbids blobs and the bundler does not put the files beside: name a
   * `frameseal.worker.js` that has `frameseal_bg.wasm` beside it, or a `frameseal.worker.single.js`, which is both in one
   * file, on the page's own origin.
   *
   * A `Worker` must run one of the two scripts and serves one `Frameseal`; it is the application's
   * to terminate.
   */
  worker?: Worker | URL | string;
}

/** Bytes that are given: all are copied, and those of the caller left as they are. */
export type BytesLike = ArrayBuffer | ArrayBufferView | readonly number[];

/** Values of {@link FramesealOptions.keys}. */
export type KeyMode = 'exchange' | 'manual';

/** Values of {@link FramesealOptions.recording}. */
export type Recording = 'never' | 'by-consent' | 'recorder';

/** Values of {@link FramesealOptions.profile}. */
export type Profile = 'frameseal/1' | 'rfc9605';

/**
 * What is said of a member, to be judged. The signalling can say anything; what is certain is that
 * only who holds the private key to this fingerprint will get keys. So a credential is worth
 * something if it names both the member and the fingerprint, and is signed by whom you trust.
 */
export interface MemberClaim {
  /** The member, by the name in `memberJoined()`. */
  id: string;
  /** SHA-256 of its public key, 64 hexadecimal digits. */
  fingerprint: string;
  /** What it gave as `credential`, at most 4096 bytes; empty if nothing. */
  credential: Bytes;
}

/** What `attach()` may be told. */
export interface AttachOptions {
  /**
   * Takes a connection without `encodedInsertableStreams: true`, because somebody else makes it.
   *
   * Then `attach()` must come before anything is awaited after `new RTCPeerConnection()`. If it comes
   * too late, Chromium sends in the clear until the alarm stops it, some 300 ms: see the problem
   * `transform-not-running`.
   */
  trustTiming?: boolean;
}

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
   * `screen`; then `track-4` and so on.
   */
  track?: TrackName | undefined;

  /**
   * The only member whose frames the receiver lets through, as named by `addReceiveKey()`; frames
   * of others are dropped with the problem `wrong-source`. By default any member's.
   */
  from?: string | undefined;
}

/** What `seal()` may be told. */
export interface SealOptions {
  /**
   * Which stream of application data this is, 0 to 3; by default 0. Each has counters and a replay
   * window of its own: give chat, files and signalling one each, so that a file does not make a
   * message that waited too old to open.
   */
  stream?: number;
}

/** What `open()` may be told. */
export interface OpenOptions extends SealOptions {
  /**
   * The member that the application expects, for example the one whose channel the data came
   * through. Data of another one is refused, before anything changes. By default any member's opens:
   * whoever holds a member's key can seal in its name, so expect somebody wherever you can.
   */
  from?: string;
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
   * the caller's bytes are the caller's to wipe.
   *
   * Fresh for each `Frameseal`, page loads included: frames are counted from 0 under it, and two
   * frames with one number under one key are as good as readable. Within a session a key that was
   * replaced is refused; an earlier page load nobody can see.
   */
  baseKey: BytesLike;
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
 * Checks the options of a session; returns what the worker needs, with copies of all bytes.
 *
 * @throws TypeError, RangeError for wrong arguments.
 */
export function sessionOptions(options: FramesealOptions): SessionOptions {
  const {
    room,
    member,
    keys = 'exchange',
    profile = 'frameseal/1',
    cipherSuite: name = 'AES_128_GCM_SHA256_128',
    audioCipherSuite = name,
    telephoneEvents = 'refuse',
    secret,
    recording = 'by-consent',
    slot,
    credential,
    acceptMember,
    rotateEveryMs = HOUR_MS,
    worker,
    ...unknown
  } = options;
  refuseUnknown(unknown);
  requireText('room', room, 1, MAX_ROOM_LENGTH);
  requireMember('member', member);
  requireOneOf('keys', keys, ['exchange', 'manual']);
  requireOneOf('profile', profile, ['frameseal/1', 'rfc9605']);
  requireOneOf('telephoneEvents', telephoneEvents, ['refuse', 'allow']);
  const suites = {
    cipherSuite: requireSuite('cipherSuite', name),
    audioCipherSuite: requireSuite('audioCipherSuite', audioCipherSuite),
  };

  if (keys === 'manual') {
    // Whoever gives a secret counts on it.
    const unheeded = EXCHANGE_OPTIONS.find((option) => options[option] !== undefined);
    if (unheeded) throw new TypeError(`${unheeded} needs keys: 'exchange'`);
    return { keys, profile, ...suites };
  }
  if (profile === 'rfc9605') throw new TypeError("profile rfc9605 needs keys: 'manual'");

  requireOneOf('recording', recording, ['never', 'by-consent', 'recorder']);
  if (slot !== undefined) requireInteger('slot', slot, 0, 0xffff);
  requireInteger('rotateEveryMs', rotateEveryMs, HOUR_MS / 60, 24 * HOUR_MS);
  if (acceptMember !== undefined) requireType('acceptMember', acceptMember, 'function');
  return {
    keys,
    profile,
    ...suites,
    room,
    member,
    verify: acceptMember !== undefined,
    rotateEveryMs,
    secret: secret === undefined ? secret : copySecret(secret),
    recording,
    slot,
    credential:
      credential === undefined || typeof credential === 'function'
        ? undefined // or made later, for the fingerprint
        : copyCredential(credential),
  };
}

/** Returns the memory of a session's secret, to be transferred: no copy of it stays here. */
export function secretMemory(session: SessionOptions): Transferable[] {
  const secret = 'secret' in session ? session.secret : undefined;
  return secret instanceof Uint8Array ? [secret.buffer] : [];
}

/** Wipes a session's secret, if the worker has not got it. */
export function wipe(session: SessionOptions): void {
  const [memory] = secretMemory(session) as ArrayBuffer[];
  if (memory?.byteLength) new Uint8Array(memory).fill(0);
}

/** Checks a credential; returns a copy whose buffer holds nothing else, to be transferred. */
export function copyCredential(credential: BytesLike): Uint8Array<ArrayBuffer> {
  return copyBytes('credential', credential, 0, MAX_CREDENTIAL_LENGTH);
}

/** Checks the ID of a member. */
export function requireMember(name: string, id: string): void {
  requireText(name, id, 1, MAX_MEMBER_LENGTH);
}

/** Checks the options of `protect()`. */
export function requireProtectOptions({ codec, track, from, ...unknown }: ProtectOptions): void {
  refuseUnknown(unknown);
  if (codec !== undefined && !(typeof codec === 'string' && /^(audio|video)\/./i.test(codec))) {
    throw new TypeError('codec must be a MIME type');
  }
  if (track !== undefined && trackNumber(track) === undefined) {
    throw new TypeError(`track: ${String(track)} is not known`);
  }
  if (from !== undefined) requireMember('from', from);
}

/** Refuses what is left of options when all that are known are taken out. */
export function refuseUnknown(rest: object): void {
  const [name] = Object.keys(rest);
  if (name !== undefined) throw new TypeError(`there is no option ${name}`);
}

/** Checks the stream of application data. */
export function requireStream({ stream = 0, ...unknown }: SealOptions): number {
  refuseUnknown(unknown);
  requireInteger('stream', stream, 0, DATA_STREAMS - 1);
  return stream;
}

/** Checks a key ID; returns it as the worker takes it, in decimal. */
export function toKeyId(value: number | bigint, profile: Profile): string {
  if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) {
    throw new TypeError('keyId must be a safe integer or bigint');
  }
  const keyId = BigInt(value);
  const bits = profile === 'rfc9605' ? 64n : 24n;
  if (keyId < 0n || keyId >> bits !== 0n) {
    throw new RangeError(`keyId must be 0 to 2^${bits} - 1`);
  }
  return keyId.toString();
}

/** Checks a base key; returns a copy whose buffer holds nothing else, to be transferred. */
export function copyBaseKey(baseKey: BytesLike): Uint8Array<ArrayBuffer> {
  return copyBytes('baseKey', baseKey, MIN_BASE_KEY_LENGTH, MAX_BASE_KEY_LENGTH);
}

/** Checks the member that a receive key is of. */
export function memberOf({ member }: ReceiveKey, keyId: string): string {
  if (member === undefined) return keyId;
  requireMember('member', member);
  return member;
}

/** Checks bytes; returns a copy whose buffer holds nothing else, to be transferred. */
export function copyBytes(
  name: string,
  given: BytesLike,
  min = 0,
  max = MAX_DATA_LENGTH,
): Uint8Array<ArrayBuffer> {
  const bytes = viewOf(given);
  if (!bytes) throw new TypeError(`${name} must be bytes; ${whatIs(given)}`);
  requireRange(name, bytes.length, min, max, ' bytes');
  // Not slice(): that of a Node-style Buffer shares memory.
  return new Uint8Array(bytes);
}

function viewOf(given: BytesLike): ArrayLike<number> | undefined {
  if (ArrayBuffer.isView(given)) {
    return new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
  }
  if (given instanceof ArrayBuffer) return new Uint8Array(given);
  return Array.isArray(given) && given.every(isByte) ? given : undefined;
}

function isByte(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >> 8 === 0;
}

/** Says what came in place of bytes, and how that happens. */
function whatIs(given: unknown): string {
  if (Array.isArray(given)) return 'this array has more than bytes';
  const name = Object.prototype.toString.call(given).slice(8, -1);
  if (name === 'Blob') return 'this is a Blob: set binaryType to arraybuffer';
  if (name === 'Object') return 'this is an Object, as JSON makes of a Uint8Array: send [...data]';
  return `this is a ${name}`;
}

function copySecret(secret: string | BytesLike): NonNullable<KeyExchange['secret']> {
  if (typeof secret !== 'string') {
    return copyBytes('secret', secret, MIN_SECRET_LENGTH, MAX_SECRET_LENGTH);
  }
  // Keyboards differ in how they make an umlaut: RFC 8265, section 4.2, for passwords.
  const passphrase = secret.normalize('NFC');
  requireText('secret', passphrase, MIN_PASSPHRASE_LENGTH, MAX_PASSPHRASE_LENGTH);
  return passphrase;
}

function requireSuite(option: string, name: string): number {
  const number = cipherSuiteNumber(name);
  if (number === undefined) throw new TypeError(`${option}: ${name} is not known`);
  return number;
}

/** What manual keys do not heed. */
const EXCHANGE_OPTIONS = [
  'secret',
  'recording',
  'slot',
  'credential',
  'acceptMember',
  'rotateEveryMs',
] as const;

// RFC 9605 does not bound base keys. Fewer than 16 bytes cannot hold 128 bits of secret; more than
// 256 is no key, but a mistake. The same goes for secrets.
const MIN_BASE_KEY_LENGTH = 16;
const MAX_BASE_KEY_LENGTH = 256;
const MAX_SECRET_LENGTH = MAX_BASE_KEY_LENGTH;

const HOUR_MS = 3_600_000;

function requireType(name: string, value: unknown, type: string): void {
  if (typeof value !== type) throw new TypeError(`${name} must be a ${type}`);
}

function requireText(name: string, value: string, min: number, max: number): void {
  requireType(name, value, 'string');
  requireRange(name, new TextEncoder().encode(value).length, min, max, ' bytes of UTF-8');
}

function requireInteger(name: string, value: number, min: number, max: number): void {
  requireType(name, value, 'number');
  if (!Number.isInteger(value)) throw new RangeError(`${name} must be an integer`);
  requireRange(name, value, min, max);
}

function requireRange(name: string, value: number, min: number, max: number, unit = ''): void {
  if (value < min || value > max) throw new RangeError(`${name} must be ${min} to ${max}${unit}`);
}

function requireOneOf(name: string, value: string, values: string[]): void {
  if (!values.includes(value)) throw new TypeError(`${name} must be ${values.join(' or ')}`);
}
