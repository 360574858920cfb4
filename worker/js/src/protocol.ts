/**
 * What the main thread and the worker say to each other.
 *
 * What the worker answers is declared once, in Rust (crate `frameseal`), and generated. What
 * it is asked is declared here, and read in `worker/src/request.rs`. The main thread speaks first, with `load` and `configure`; every call is answered once, in
 * the order of the calls.
 */

import type {
  Event,
  FailureCode as SessionFailureCode,
  SessionStats,
} from '../wasm/frameseal.js';

export type {
  BlackoutState,
  Consent,
  Dropped,
  Event,
  MemberStats,
  Percentiles,
  PipelineStats,
  SessionStats,
  Severity,
} from '../wasm/frameseal.js';

/**
 * Main thread to worker.
 *
 * A pipeline reaches the worker either as the `options` of its `RTCRtpScriptTransform` or as
 * `streams`. The browser does not order the former with messages: a `retarget` may arrive before
 * the pipeline that it names, and then wins over the options that the pipeline brings.
 */
export type ToWorker =
  | Call
  /** Runs a pipeline over streams of the main thread, which are transferred. */
  | { call: number; streams: EncodedStreams }
  | Load
  /** The last message: wipe all keys, drop all frames. Not answered. */
  | { close: true };

/**
 * The first message: load WebAssembly, from this URL or else from beside the script. Answered when that
 * is done.
 */
export interface Load {
  call: number;
  load: string | undefined;
}

/** What is answered by the session. */
export type Call =
  /** Starts it. */
  | { call: number; configure: SessionOptions }
  | { call: number; request: Request };

/** Worker to main thread. */
export type FromWorker =
  | { call: number; value?: unknown }
  | { call: number; failure: Failure }
  | { event: WorkerEvent }
  /** WebAssembly trapped: every frame is dropped from now on. */
  | { fatal: { message: string } };

/** What the main thread hears of; the rest concerns the worker alone. */
export type WorkerEvent = Exclude<
  Event,
  { type: 'keyFrameNeeded' | 'keyFrameWanted' | 'keysChanged' | 'retry' }
>;

/** Streams of `RTCRtpSender.createEncodedStreams()` or its twin, and the pipeline between them. */
export interface EncodedStreams {
  readable: ReadableStream;
  writable: WritableStream;
  pipeline: Pipeline;
}

/** Why a call was refused. Safe to log. */
export interface Failure {
  code: FailureCode;
  message: string;
}

/**
 * `invalid-message`: two clients share one worker, or are of another version than it.
 * `worker-failed`: WebAssembly did not load, or the session has ended.
 */
export type FailureCode = SessionFailureCode | 'invalid-message' | 'worker-failed';

/** What a session is made of; fixed for its life. */
export type SessionOptions = ManualKeys | KeyExchange;

/** The application sets the keys: `setSendKey`, `addReceiveKey`, `removeReceiveKey`. */
export interface ManualKeys {
  keys: 'manual';
  profile: 'frameseal/1' | 'rfc9605';
  /** IANA number, 1 to 8, of video and application data; and of audio. */
  cipherSuite: number;
  audioCipherSuite: number;
}

/** The worker makes the keys, and exchanges them with other members' in messages. */
export interface KeyExchange {
  keys: 'exchange';
  profile: 'frameseal/1';
  /** IANA number, 1 to 8, of video and application data; and of audio. */
  cipherSuite: number;
  audioCipherSuite: number;
  /** 1 to 256 bytes of UTF-8. */
  room: string;
  /** Who this is, 1 to 64 bytes of UTF-8. */
  member: string;
  /**
   * What all members know and the signalling does not: a passphrase, or random bytes, at least 16,
   * which are wiped.
   */
  secret: string | Uint8Array | undefined;
  /** Whether the room may be recorded, and whether this member does. */
  recording: 'never' | 'by-consent' | 'recorder';
  /** Number in the room, 0 to 65535; by default a random one. */
  slot: number | undefined;
  /** For the others to judge this member by, at most 4096 bytes. */
  credential: Uint8Array | undefined;
  /** Whether the application judges members: `verify` events, answered by `judge`. */
  verify: boolean;
  /** Age in ms at which a key is replaced. */
  rotateEveryMs: number;
}

/** A {@link Requests} method's name, and its arguments. */
export type Request = { [M in Method]: [method: M, ...Parameters<Requests[M]>] }[Method];

export type Method = keyof Requests;

/** Application data that was opened. */
export interface OpenedData {
  /** The member whose key opened it. */
  from: string;
  /** What that member sealed. */
  data: Bytes;
}

/**
 * Bytes in memory that is not shared, as browsers want it of what they send, digest or verify: a
 * `Uint8Array<ArrayBuffer>`, which is just a `Uint8Array` before TypeScript 5.7.
 */
export type Bytes = ReturnType<typeof Uint8Array.of>;

/** The value that answers a request. */
export type Answer<M extends Method> = ReturnType<Requests[M]>;

/**
 * What the session can be asked: to be answered by what the method returns, or by a {@link Failure};
 * `unsupported` for what belongs to the other way of keys.
 */
export interface Requests {
  /** Seals outgoing frames with this key, of an ID in decimal, from the next frame on. */
  setSendKey(keyId: string, baseKey: Uint8Array): void;
  /** Opens incoming frames that name this key. `member` is whose key it is. */
  addReceiveKey(keyId: string, baseKey: Uint8Array, member: string): void;
  /** Forgets a key given by `addReceiveKey`. */
  removeReceiveKey(keyId: string): void;
  /** Somebody else is in the room, or no longer: from the application's roster. */
  memberJoined(id: string): void;
  memberLeft(id: string): void;
  /** Takes a key message that the signalling delivered. */
  receive(from: string, message: Uint8Array): void;
  /** Makes the first key: a track is about to send, and the others should have it by then. */
  prepare(): void;
  /** Makes a fresh key for those who are here; returns the generation to be used next or a later one. */
  rotate(): number;
  /** Answers a `verify` event. */
  judge(member: string, fingerprint: string, accept: boolean): void;
  /** Lets a recorder have this member's keys, or no more. */
  consent(member: string, fingerprint: string, isGiven: boolean): void;
  /** Gives the credential that depends on the fingerprint; before the first `memberJoined`. */
  setCredential(credential: Uint8Array): void;
  /** The own public key's SHA-256, 64 hexadecimal digits. */
  fingerprint(): string;
  /** 12 groups of 5 digits: of this member and another, or of the room. Else `missing-key`. */
  safetyNumber(member: string | undefined): string;
  /** Changes the options of a pipeline, or gives them before it exists. */
  retarget(pipeline: Pipeline): void;
  /** Names the codecs that were negotiated for a pipeline, for frames that do not name theirs. */
  setCodecs(pipeline: number, codecs: NegotiatedCodec[]): void;
  /** Asks the sender for a key frame: the picture stands still. */
  wantKeyFrame(pipeline: number): void;
  /** Forgets a pipeline and its counters. */
  release(pipeline: number): void;
  /** Tells of frames that went past a pipeline. */
  report(pipeline: number, code: 'rolled-back' | 'transform-not-running', frames: number): void;
  /** Seals application data of a stream. */
  seal(data: Uint8Array, stream: number): Uint8Array;
  /** Opens application data of a stream, of this member alone or of any. */
  open(data: Uint8Array, stream: number, from: string | undefined): OpenedData;
  /** How it stands, and why nothing plays. */
  explain(): string;
  stats(): WorkerStats;
}

/** What the session has counted, and what its surroundings have. */
export interface WorkerStats extends SessionStats {
  /** Size of WebAssembly memory in bytes. */
  wasmBytes: number;
  /** Longest time in microseconds that key exchange held up frames. */
  longestSliceMicroseconds: number;
  /** Length in bytes from which on frames go through WebCrypto; absent: none do. */
  crossoverBytes?: number;
}

/** One direction of one transceiver. Also the `options` of its `RTCRtpScriptTransform`. */
export interface Pipeline {
  /** Chosen by the main thread, unique in the session. */
  pipeline: number;
  direction: Direction;
  kind: MediaKind;
  /** Sending: which of this member's media tracks, 0 to 11. */
  track: number;
  /** MIME type to assume while the browser does not tell one, for example `video/VP8`. */
  codec?: string | undefined;
  /** Receiving: the only member whose frames may come out. */
  from?: string | undefined;
}

/** RTP payload type and MIME type. */
export type NegotiatedCodec = [payloadType: number, mimeType: string];

/** Which way frames go: `send` seals them, `receive` opens them. */
export type Direction = 'send' | 'receive';

/** `MediaStreamTrack.kind`. */
export type MediaKind = 'audio' | 'video';
