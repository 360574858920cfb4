import { HAS_EVENTS, WANTS_WORK } from '../constants.js';
import { underPolicy } from '../policy.js';
import { Session, wasm_memory } from '../../wasm/frameseal.js';
import { Alarm } from './alarm.js';
import { Codecs } from './codecs.js';
import { Crossover, measureCrossover } from './crossover.js';
import { closeFrames, Frames, type Verdict } from './frames.js';
import { load } from './load.js';
import type { EncodedFrame } from './pump.js';
import { Slices } from './slices.js';
import { WaitingFrames } from './waiting.js';
import type {
  Call,
  Event,
  Failure,
  FromWorker,
  Load,
  Pipeline,
  Request,
  SessionOptions,
  SessionStats,
  WorkerStats,
} from '../protocol.js';

/** What makes key frames, or asks the sender for them: an `RTCRtpScriptTransformer`. */
export interface KeyFrameSource {
  sendKeyFrameRequest(): Promise<unknown>;
  /** Not in Chromium. */
  generateKeyFrame?(): Promise<unknown>;
}

/**
 * The session in WebAssembly, and what keeps its failures from the frames.
 *
 * WebAssembly can trap, and a trapped module cannot be trusted with another call. So every call
 * into it is made here: after the first trap, {@link transform} drops every frame.
 */
export class Engine {
  /** Resolves when frames can be handled: sealed and opened, or after a failure dropped. */
  readonly ready: Promise<void>;

  readonly #post: (message: FromWorker) => void;
  readonly #keyFrameSources = new Map<number, KeyFrameSource>();
  /** Frames whose key has not come, by pipeline. */
  readonly #waiting = new Map<number, WaitingFrames<EncodedFrame>>();
  readonly #codecs = new Codecs();
  /** Pipelines whose frames are to be tried again. */
  readonly #retries = new Set<number>();
  readonly #alarm = new Alarm(() => this.#keyWork.run());
  readonly #keyWork = new Slices(
    (now) => {
      const next = this.#guard((session) => session.work(now)) ?? Infinity;
      this.#heedAll();
      return next;
    },
    (next) => {
      this.#alarm.set(next);
      this.#retry();
    },
  );
  #loaded: Promise<void> | undefined;
  #session: Session | undefined;
  #memory: WebAssembly.Memory | undefined;
  #frames: Frames | undefined;
  readonly #crossover = new Crossover();
  /** Frames so far. */
  #count = 0;
  /** Why there is no session any more. */
  #ended: Failure | undefined;
  #settle = (): void => {};

  constructor(post: (message: FromWorker) => void) {
    this.#post = post;
    this.ready = new Promise((resolve) => (this.#settle = resolve));
  }

  /** Loads WebAssembly, once. */
  async load({ call, load: url }: Load): Promise<void> {
    try {
      await underPolicy(() => (this.#loaded ??= load(url)));
      this.#post({ call });
    } catch (error) {
      this.#loaded = undefined;
      const message = error instanceof Error ? error.message : String(error);
      this.#post({ call, failure: failure('worker-failed', message) });
    }
  }

  /** Answers a call of the main thread. Calls are answered in their order. */
  async answer(message: Call): Promise<void> {
    const { call } = message;
    try {
      await this.#loaded; // in the order of the calls
      const value =
        'configure' in message
          ? this.#configure(message.configure)
          : this.#handle(message.request);
      this.#post({ call, value });
    } catch (error) {
      if (isTrap(error)) this.#fail(error);
      this.#post({ call, failure: this.#ended ?? asFailure(error) });
    } finally {
      // WebAssembly has its own copy, if it took one.
      wipeSecrets(message);
    }
    // Not at once: messages come in crowds, and frames would wait for a slice of each.
    this.#keyWork.schedule();
  }

  /** Answers a call that has nothing to wait for. */
  acknowledge(call: number): void {
    void this.ready.then(() => this.#post({ call }));
  }

  /** Begins to take frames of a pipeline. */
  add(pipeline: Pipeline, keyFrames: KeyFrameSource | undefined): void {
    if (keyFrames) this.#keyFrameSources.set(pipeline.pipeline, keyFrames);
    this.#guard((session) => session.add_pipeline(pipeline));
  }

  /** Makes the place for those frames of a pipeline that wait; `retry` tries one again. */
  wait(pipeline: number, retry: (frame: EncodedFrame) => boolean): WaitingFrames<EncodedFrame> {
    const waiting = new WaitingFrames(retry);
    this.#waiting.set(pipeline, waiting);
    return waiting;
  }

  /** Ends a pipeline whose frames have ended. */
  remove(pipeline: number): void {
    this.#keyFrameSources.delete(pipeline);
    this.#waiting.delete(pipeline);
    this.#codecs.delete(pipeline);
  }

  /** Takes the codec of the frames to come, as the browser names it. */
  setMimeType(pipeline: number, mimeType: string): void {
    this.#guard((session) => session.set_mime_type(pipeline, mimeType));
  }

  /** Finds the codec of a frame whose browser does not name it. */
  codecOf(pipeline: number, payloadType: number | undefined): string | undefined {
    return this.#codecs.find(pipeline, payloadType);
  }

  /** Whether the next frame, of this length, is one for {@link transformAway}. */
  isLarge(length: number): boolean {
    return this.#crossover.isLarge(length, this.#count % TIMED === 0);
  }

  /**
   * Seals or opens a frame; returns what to send on in its place. With `again`, it is the first frame
   * of its pipeline that waits.
   */
  transform(pipeline: number, data: ArrayBuffer, again: boolean): Verdict {
    const { byteLength } = data; // the data itself may be gone afterwards
    const start = clock.now();
    let verdict: Verdict = 'drop';
    try {
      if (this.#frames) verdict = this.#frames.process(pipeline, data, again, start);
    } catch (error) {
      if (isTrap(error)) this.#fail(error);
    }
    if (this.#count++ % TIMED === 0) this.#time(pipeline, byteLength, false, start);
    this.#heedState();
    return verdict;
  }

  /** The same through WebCrypto: faster if the frame is large. */
  async transformAway(pipeline: number, data: ArrayBuffer): Promise<Verdict> {
    const isTimed = this.#count++ % TIMED === 0;
    const { byteLength } = data;
    const start = clock.now();
    let verdict: Verdict = 'drop';
    try {
      if (this.#frames) verdict = await this.#frames.processAway(pipeline, data, start);
    } catch (error) {
      if (isTrap(error)) this.#fail(error);
    }
    if (isTimed) this.#time(pipeline, byteLength, true, start);
    this.#heedState();
    return verdict;
  }

  /** Wipes all keys; drops every frame from now on. */
  close(): void {
    this.#end('the session was closed');
  }

  #configure(options: SessionOptions): void {
    if (this.#session || this.#ended) {
      throw failure('invalid-message', 'this worker has served: one worker, one Frameseal');
    }
    this.#memory = wasm_memory();
    const session = new Session(options);
    if (options.keys === 'exchange' && options.credential) {
      session.ask(['setCredential', options.credential], 0);
    }
    this.#session = session;
    this.#frames = new Frames(session, this.#memory);
    this.#settle();
    const { cipherSuite } = options;
    setTimeout(() => void this.#measureCrossover(cipherSuite), COMPILED_MS);
  }

  #handle(request: Request): unknown {
    const session = this.#session;
    if (!session || !this.#memory) throw failure('invalid-message', 'this worker has no session');
    const now = clock.now();
    switch (request[0]) {
      case 'stats':
        return this.#stats(session, this.#memory);
      case 'setCodecs':
        return this.#codecs.set(request[1], request[2]);
      default:
        return session.ask(request, now);
    }
  }

  #stats(session: Session, memory: WebAssembly.Memory): WorkerStats {
    const { bytes } = this.#crossover;
    return {
      ...(session.ask(['stats'], 0) as SessionStats),
      wasmBytes: memory.buffer.byteLength,
      longestSliceMicroseconds: this.#keyWork.longest,
      ...(bytes < Infinity && { crossoverBytes: bytes }),
    };
  }

  /** Makes one call of the session. What fails without a trap concerns that call alone. */
  #guard<T>(call: (session: Session) => T): T | undefined {
    if (!this.#session) return undefined;
    try {
      return call(this.#session);
    } catch (error) {
      if (isTrap(error)) this.#fail(error);
      return undefined;
    }
  }

  /** Finds out which engine is the faster one for which frames; until then, WebAssembly has them all. */
  async #measureCrossover(cipherSuite: number): Promise<void> {
    if (!this.#memory) return;
    try {
      this.#crossover.bytes = await measureCrossover(cipherSuite, this.#memory);
    } catch (error) {
      if (isTrap(error)) this.#fail(error);
    }
  }

  /** Notes what a frame took that began at `start`. */
  #time(pipeline: number, length: number, byWebCrypto: boolean, start: number): void {
    const ms = clock.now() - start;
    this.#guard((session) => session.took(pipeline, ms * 1000));
    this.#crossover.note(length, byWebCrypto, ms);
  }

  /** Sees to what the last call into WebAssembly told. */
  #heedState(): void {
    const state = this.#frames?.state ?? 0;
    if (state & HAS_EVENTS) this.#heedAll();
    if (state & WANTS_WORK) this.#keyWork.schedule();
  }

  /** In a task of its own: the frame that is about to wait must be in its place by then. */
  #retry(): void {
    const pipelines = [...this.#retries];
    this.#retries.clear();
    for (const pipeline of pipelines) this.#waiting.get(pipeline)?.advance();
  }

  #heedAll(): void {
    for (let event; (event = this.#guard((session) => session.poll_event())); ) this.#heed(event);
  }

  #heed(event: Event): void {
    switch (event.type) {
      case 'retry':
        this.#retries.add(event.pipeline);
        this.#keyWork.schedule();
        break;
      case 'keysChanged':
        this.#frames?.forgetKeys();
        break;
      case 'keyFrameWanted':
        this.#requestKeyFrame(event.pipeline);
        break;
      case 'keyFrameNeeded':
        this.#makeKeyFrame(event.pipeline);
        break;
      default:
        this.#post({ event });
    }
  }

  /** Without a source (`createEncodedStreams`) it is left to the decoder, which asks more slowly. */
  #requestKeyFrame(pipeline: number): void {
    this.#keyFrameSources.get(pipeline)?.sendKeyFrameRequest().catch(ignore);
  }

  /**
   * Where the browser cannot do it here, it is left to the watchers' requests. `setParameters()` could
   * do it, too, but has the application's own calls of it fail.
   */
  #makeKeyFrame(pipeline: number): void {
    this.#keyFrameSources.get(pipeline)?.generateKeyFrame?.().catch(ignore);
  }

  #fail(error: unknown): void {
    if (this.#ended) return;
    const message = error instanceof Error ? error.message : String(error);
    this.#end(message);
    this.#post({ fatal: { message } });
  }

  /** Forgets the session and wipes all of its memory: after a trap nothing else can be relied on. */
  #end(reason: string): void {
    this.#ended ??= failure('worker-failed', reason);
    closeFrames();
    this.#frames = undefined;
    this.#session = undefined;
    this.#alarm.clear();
    for (const waiting of this.#waiting.values()) waiting.clear();
    if (this.#memory) new Uint8Array(this.#memory.buffer).fill(0);
    this.#memory = undefined;
    this.#settle();
  }
}

function wipeSecrets(message: Call): void {
  if ('request' in message) {
    for (const part of Object.values(message.request)) {
      if (part instanceof Uint8Array) part.fill(0);
    }
  } else if (message.configure.keys === 'exchange') {
    const { secret } = message.configure;
    if (secret instanceof Uint8Array) secret.fill(0);
  }
}

/** Looked up once: finding it takes Chromium longer than reading it. */
const clock = performance;

/**
 * One frame in so many is timed: in a call, some ten a second. Another reading of the clock costs as
 * much as a small frame's copies.
 */
const TIMED = 16;

/** By then browsers have put WebAssembly into faster code than they begin with, in ms. */
const COMPILED_MS = 1000;

function failure(code: Failure['code'], message: string): Failure {
  return { code, message };
}

/** What the session throws on purpose is plain data; what does not fit its arguments, an `Error`. */
function asFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return error as Failure;
  return failure('invalid-message', 'client and worker are of different versions');
}

// Whatever makes key frames fails when the track has just ended, and then none is wanted.
function ignore(): void {}

function isTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError;
}
