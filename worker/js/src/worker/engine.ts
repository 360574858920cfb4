import { Session, wasm_memory } from '../../wasm/frameseal.js';
import { Alarm } from './alarm.js';
import { measureCrossover } from './crossover.js';
import { Frames, type FrameKind, type Verdict } from './frames.js';
import { load } from './load.js';
import { sizeOf, type EncodedFrame } from './pump.js';
import { Slices } from './slices.js';
import { WaitingRoom } from './waiting.js';
import type {
  Answer,
  Call,
  Event,
  Failure,
  FromWorker,
  KeyExchange,
  Method,
  Pipeline,
  Request,
  Requests,
  SessionOptions,
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

  /** Where frames wait whose key has not come. */
  readonly waiting: WaitingRoom<EncodedFrame>;

  readonly #post: (message: FromWorker) => void;
  readonly #loaded: Promise<void>;
  readonly #keyFrameSources = new Map<number, KeyFrameSource>();
  readonly #alarm = new Alarm(() => this.#wake());
  readonly #keyWork = new Slices(
    (now) => this.#doKeyWork(now),
    (next) => this.#finishKeyWork(next),
  );
  #session: Session | undefined;
  #memory: WebAssembly.Memory | undefined;
  #frames: Frames | undefined;
  #cipherSuite = 0;
  /** Length in bytes from which on frames go through WebCrypto. */
  #crossover = Infinity;
  /** Frames so far. */
  #count = 0;
  readonly #closing = new AbortController();
  /** Why there is no session any more. */
  #ended: Failure | undefined;
  #keyCame = false;
  #settle = (): void => {};

  constructor(post: (message: FromWorker) => void) {
    this.#post = post;
    this.waiting = new WaitingRoom({
      now: () => performance.now(),
      wake: (at) => this.#alarm.set(at),
      sizeOf,
    });
    this.ready = new Promise((resolve) => (this.#settle = resolve));
    this.#loaded = load();
    this.#loaded.catch((error: unknown) => this.#fail(error));
  }

  /** Answers a call of the main thread. Calls are answered in their order. */
  async answer(message: Call): Promise<void> {
    const { call } = message;
    try {
      await this.#loaded;
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
    this.#guard((session) => session.add_pipeline(...inOrder(pipeline)));
  }

  /** Ends a pipeline whose frames have ended. */
  remove(pipeline: number): void {
    this.#keyFrameSources.delete(pipeline);
  }

  /** Takes the codec of the frames to come, as the browser names it. */
  setMimeType(pipeline: number, mimeType: string): void {
    this.#guard((session) => session.set_mime_type(pipeline, mimeType));
  }

  /** Notes a frame that came in. */
  see(pipeline: number): void {
    this.#guard((session) => session.see(pipeline));
  }

  /** Whether a frame of this length is one for {@link transformAway}. */
  isLarge(length: number): boolean {
    return length >= this.#crossover;
  }

  /**
   * Seals or opens a frame; returns what to send on in its place. `wait` is for frames whose key is
   * missing, and never the answer with `last`.
   */
  transform(pipeline: number, kind: FrameKind, data: ArrayBuffer, last: boolean): Verdict {
    const start = performance.now();
    const verdict = this.#guard((_, frames) => frames.process(pipeline, kind, data, start, last));
    this.#note(pipeline, start);
    return verdict ?? 'drop';
  }

  /** The same through WebCrypto: faster if the frame is large. */
  async transformAway(pipeline: number, kind: FrameKind, data: ArrayBuffer): Promise<Verdict> {
    const start = performance.now();
    let verdict: Verdict | undefined;
    try {
      verdict = await this.#frames?.processAway(pipeline, kind, data, start);
    } catch (error) {
      if (isTrap(error)) this.#fail(error);
    }
    this.#note(pipeline, start);
    return verdict ?? 'drop';
  }

  /** Wipes all keys; drops every frame from now on. */
  close(): void {
    this.#end('the session was closed');
  }

  #configure(options: SessionOptions): void {
    if (this.#session || this.#ended) {
      throw failure('invalid-message', 'this worker has served: one worker, one Frameseal');
    }
    this.#session =
      options.keys === 'manual'
        ? new Session(options.profile, options.cipherSuite)
        : exchanging(options);
    this.#memory = wasm_memory();
    this.#frames = new Frames(this.#session, this.#memory);
    this.#cipherSuite = options.cipherSuite;
    this.#settle();
    setTimeout(() => void this.#measureCrossover(), COMPILED_MS);
  }

  #handle(request: Request): unknown {
    const session = this.#session;
    if (!session || !this.#memory) throw failure('invalid-message', 'this worker has no session');
    const now = performance.now();
    switch (request[0]) {
      case 'retarget':
        return session.retarget(...inOrder(request[1]));
      case 'stats':
        return session.stats(
          this.#memory.buffer.byteLength,
          this.#keyWork.longest,
          this.#crossover, // `Infinity` gets there as 0
        );
      default: {
        const [method, ...args] = request;
        const methods: Methods = session;
        return (methods[method] as (...args: unknown[]) => unknown).call(session, ...args, now);
      }
    }
  }

  /** Makes one call for frames. What fails without a trap concerns that frame alone. */
  #guard<T>(call: (session: Session, frames: Frames) => T): T | undefined {
    if (!this.#session || !this.#frames) return undefined;
    try {
      return call(this.#session, this.#frames);
    } catch (error) {
      if (isTrap(error)) this.#fail(error);
      return undefined;
    }
  }

  /** Finds out which engine is the faster one for which frames; until then, WebAssembly has them all. */
  async #measureCrossover(): Promise<void> {
    if (!this.#memory) return;
    const { signal } = this.#closing;
    try {
      this.#crossover = await measureCrossover(this.#cipherSuite, this.#memory, signal);
    } catch (error) {
      if (isTrap(error)) this.#fail(error);
    }
  }

  /** Notes a frame that was sealed or opened, or dropped; sees to what has happened meanwhile. */
  #note(pipeline: number, start: number): void {
    // A clock's reading costs as much as a small frame's copies: so of some frames only.
    if (this.#count % SAMPLED === 0) {
      const microseconds = (performance.now() - start) * 1000;
      this.#guard((session) => session.took(pipeline, microseconds));
    }
    if (this.#count === 0) setTimeout(() => void this.#measureCrossover(), WARM_MS);
    this.#count += 1;
    this.#heedAll();
    this.#retry();
  }

  #doKeyWork(now: number): number {
    const next = this.#guard((session) => session.work(now)) ?? Infinity;
    this.#heedAll();
    return next;
  }

  #finishKeyWork(next: number): void {
    this.#alarm.set(next);
    this.#retry();
  }

  #wake(): void {
    this.waiting.expire();
    this.#keyWork.run();
  }

  #retry(): void {
    if (!this.#keyCame) return;
    this.#keyCame = false;
    this.waiting.retry();
  }

  #heedAll(): void {
    for (;;) {
      const event = this.#guard((session) => session.poll_event());
      if (!event) return;
      this.#heed(event);
    }
  }

  #heed(event: Event): void {
    switch (event.type) {
      case 'keyCame':
        this.#keyCame = true;
        break;
      case 'keysChanged':
        this.#frames?.forgetKeys();
        break;
      case 'work':
        this.#keyWork.schedule();
        break;
      case 'keyFrameWanted':
        this.#requestKeyFrame(event.pipeline);
        break;
      case 'keyFrameNeeded':
        if (!this.#makeKeyFrame(event.pipeline)) this.#post({ event });
        break;
      default:
        this.#post({ event });
    }
  }

  /** Without a source (`createEncodedStreams`) it is left to the decoder, which asks more slowly. */
  #requestKeyFrame(pipeline: number): void {
    this.#keyFrameSources.get(pipeline)?.sendKeyFrameRequest().catch(ignore);
  }

  /** Returns `false` where the browser cannot do it here. */
  #makeKeyFrame(pipeline: number): boolean {
    const made = this.#keyFrameSources.get(pipeline)?.generateKeyFrame?.();
    made?.catch(ignore);
    return made !== undefined;
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
    this.#closing.abort();
    this.#frames?.close();
    this.#frames = undefined;
    this.#session = undefined;
    this.#alarm.clear();
    this.waiting.clear();
    if (this.#memory) new Uint8Array(this.#memory.buffer).fill(0);
    this.#memory = undefined;
    this.#settle();
  }
}

function exchanging(options: KeyExchange): Session {
  const { room, member, cipherSuite, secret, slot = -1, credential, verify, rotateEveryMs } = options;
  const bare = secret && ('passphrase' in secret ? secret.passphrase : secret.random);
  const session = Session.exchanging(room, member, cipherSuite, bare, slot, verify, rotateEveryMs);
  if (credential) session.setCredential(credential);
  return session;
}

function wipeSecrets(message: Call): void {
  if ('request' in message) {
    for (const part of Object.values(message.request)) {
      if (part instanceof Uint8Array) part.fill(0);
    }
  } else if (message.configure.keys === 'exchange') {
    const { secret } = message.configure;
    if (secret && 'random' in secret) secret.random.fill(0);
  }
}

/** Requests that the session takes as they are, with the time in ms behind their arguments. */
type Methods = {
  [M in Exclude<Method, 'retarget' | 'stats'>]: (
    ...args: [...Parameters<Requests[M]>, now: number]
  ) => Answer<M>;
};

/** One frame in so many is timed: in a call, some ten a second. */
const SAMPLED = 16;

/** By then browsers have put WebAssembly into faster code than they begin with, in ms. */
const COMPILED_MS = 1000;

/** When the engines are compared again, in ms after the first frame. */
const WARM_MS = 10_000;

/** The options in the order of the session's arguments. */
function inOrder({ pipeline, direction, kind, track, codec, from }: Pipeline) {
  return [pipeline, direction === 'send', kind === 'video', track, codec, from] as const;
}

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
