/**
 * What the main thread and the worker say to each other.
 *
 * What the worker answers is declared once, in Rust (`worker/src/message.rs`), and generated. What
 * it is asked is declared here, and checked against the generated signatures where `engine.ts`
 * carries it out. The main thread speaks first, with `configure`; every call is answered once, in
 * the order of the calls.
 */

import type {
  Event,
  FailureCode as SessionFailureCode,
  OpenedData,
  SessionStats,
} from '../wasm/frameseal.js';

export type {
  Dropped,
  Event,
  OpenedData,
  Percentiles,
  PipelineStats,
  ProblemCode,
  SessionStats,
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
  /** The last message: wipe all keys, drop all frames. Not answered. */
  | { close: true };

/** What is answered by the session. */
export type Call =
  /** Starts it. Answered when WebAssembly is ready. */
  | { call: number; configure: SessionOptions }
  | { call: number; request: Request };

/** Worker to main thread. */
export type FromWorker =
  | { call: number; value?: unknown }
  | { call: number; failure: Failure }
  | { event: WorkerEvent }
  /** WebAssembly trapped or did not load: every frame is dropped from now on. */
  | { fatal: { message: string } };

/** What the main thread hears of; key frames are asked for in the worker. */
export type WorkerEvent = Exclude<Event, { type: 'keyFrameWanted' }>;

/** Streams of `RTCRtpSender.createEncodedStreams()` or its twin, and the pipeline between them. */
export interface EncodedStreams {
  readable: ReadableStream;
  writable: WritableStream;
  pipeline: Pipeline;
}

/** The value that answers a request. */
export type Answer<R extends Request> = R extends { type: 'stats' }
  ? SessionStats
  : R extends { type: 'seal' }
    ? Uint8Array
    : R extends { type: 'open' }
      ? OpenedData
      : void;

/** Why a call was refused. Safe to log. */
export interface Failure {
  code: FailureCode;
  message: string;
}

/**
 * `invalid-message`: two clients share one worker, or are of another version than it.
 * `worker-failed`: after the session has ended.
 */
export type FailureCode = SessionFailureCode | 'invalid-message' | 'worker-failed';

/** What a session is made of; fixed for its life. */
export interface SessionOptions {
  profile: 'frameseal/1' | 'rfc9605';
  /** IANA number, 1 to 8. */
  cipherSuite: number;
}

/** Something to do. Answered by one {@link Answer}, or by a {@link Failure}. */
export type Request =
  /** Seals outgoing frames with this key from the next frame on. */
  | { type: 'setSendKey'; keyId: bigint; baseKey: Uint8Array }
  /** Opens incoming frames that name this key. `member` is whose key it is. */
  | { type: 'addReceiveKey'; keyId: bigint; baseKey: Uint8Array; member: string }
  /** Forgets a key given by `addReceiveKey`. */
  | { type: 'removeReceiveKey'; keyId: bigint }
  /** Changes the options of a pipeline, or gives them before it exists. */
  | { type: 'retarget'; pipeline: Pipeline }
  /** Forgets a pipeline and its counters. */
  | { type: 'release'; pipeline: number }
  | { type: 'seal'; data: Uint8Array }
  | { type: 'open'; data: Uint8Array }
  | { type: 'stats' };

/** One direction of one transceiver. Also the `options` of its `RTCRtpScriptTransform`. */
export interface Pipeline {
  /** Chosen by the main thread, unique in the session. */
  pipeline: number;
  direction: Direction;
  kind: MediaKind;
  /** Sending: which of this member's tracks, 0 to 15. */
  track: number;
  /** MIME type to assume while the browser does not tell one, for example `video/VP8`. */
  codec?: string;
  /** Receiving: the only member whose frames may come out. */
  from?: string;
}

/** Which way frames go: `send` seals them, `receive` opens them. */
export type Direction = 'send' | 'receive';

/** `MediaStreamTrack.kind`. */
export type MediaKind = 'audio' | 'video';

/** Longest application data that is sealed or opened in one piece: 16 MiB, as for frames. */
export const MAX_DATA_LENGTH = 16 << 20;
