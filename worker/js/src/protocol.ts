/**
 * What the main thread and the worker say to each other.
 *
 * The bodies of messages are declared once, in Rust (`worker/src/message.rs`), and generated; this
 * file adds the frames around them. The main thread speaks first, with `configure`; every call is
 * answered once, in the order of the calls.
 */

import type {
  Event,
  Failure,
  OpenedData,
  Pipeline,
  Request,
  SessionOptions,
  SessionStats,
} from '../wasm/frameseal.js';

export type {
  Direction,
  Dropped,
  Event,
  Failure,
  FailureCode,
  MediaKind,
  OpenedData,
  Percentiles,
  Pipeline,
  PipelineStats,
  ProblemCode,
  Request,
  SessionOptions,
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
  /** Starts the session. Answered when WebAssembly is ready. */
  | { call: number; configure: SessionOptions }
  | { call: number; request: Request }
  /** Runs a pipeline over streams of the main thread, which are transferred. */
  | { call: number; streams: EncodedStreams }
  /** The last message: wipe all keys, drop all frames. Not answered. */
  | { close: true };

/** Worker to main thread. */
export type FromWorker =
  | { call: number; value?: unknown }
  | { call: number; failure: Failure }
  | { event: Event }
  /** WebAssembly trapped or did not load: every frame is dropped from now on. */
  | { fatal: { message: string } };

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
