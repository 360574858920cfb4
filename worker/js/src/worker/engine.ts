import init, { Session } from '../../wasm/frameseal.js';
import type { InitOutput } from '../../wasm/frameseal.js';
import type { Event, Failure, FromWorker, Pipeline, Request, SessionOptions } from '../protocol.js';

/** 0 audio, 1 delta frame, 2 key frame: as `Session.process` counts them. */
export type FrameKind = 0 | 1 | 2;

/** What asks the sender for a key frame: an `RTCRtpScriptTransformer`. */
export interface KeyFrameSource {
  sendKeyFrameRequest(): Promise<unknown>;
}

/**
 * The session in WebAssembly, and what keeps its failures from the frames.
 *
 * WebAssembly can trap, and a trapped module cannot be trusted with another call. So every call
 * into it is made here: after the first that fails, {@link transform} drops every frame.
 */
export class Engine {
  /** Resolves when frames can be handled: sealed and opened, or after a failure dropped. */
  readonly ready: Promise<void>;

  readonly #post: (message: FromWorker) => void;
  readonly #loaded: Promise<InitOutput>;
  readonly #keyFrameSources = new Map<number, KeyFrameSource>();
  #session: Session | undefined;
  #memory: WebAssembly.Memory | undefined;
  #heap = new Uint8Array();
  #failed = false;
  #settle = (): void => {};

  constructor(post: (message: FromWorker) => void) {
    this.#post = post;
    this.ready = new Promise((resolve) => (this.#settle = resolve));
    this.#loaded = init({ module_or_path: new URL('./frameseal_bg.wasm', import.meta.url) });
    this.#loaded.catch((error: unknown) => this.#fail(error));
  }

  /** Answers a call of the main thread. Calls are answered in their order. */
  async answer(message: Call): Promise<void> {
    const { call } = message;
    try {
      const wasm = await this.#loaded;
      const value = 'configure' in message
        ? this.#configure(message.configure, wasm)
        : this.#handle(message.request);
      this.#post({ call, value });
    } catch (error) {
      if (isFailure(error)) this.#post({ call, failure: error });
      else this.#fail(error);
    }
    this.#deliver();
  }

  /** Answers a call that has nothing to wait for. */
  acknowledge(call: number): void {
    void this.#loaded.then(() => this.#post({ call }), () => {});
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

  /** Seals or opens a frame; returns what to send on in its place, or `undefined` to drop it. */
  transform(pipeline: number, kind: FrameKind, data: ArrayBuffer): ArrayBuffer | undefined {
    const output = this.#guard((session, memory) => {
      const start = performance.now();
      const input = session.reserve(pipeline, data.byteLength, start);
      if (input === 0) return undefined;
      if (this.#heap.buffer !== memory.buffer) this.#heap = new Uint8Array(memory.buffer);
      this.#heap.set(new Uint8Array(data), input);

      const length = session.process(pipeline, kind, start);
      if (length < 0) return undefined;
      const at = session.output();
      const output = memory.buffer.slice(at, at + length) as ArrayBuffer;
      session.took(pipeline, (performance.now() - start) * 1000);
      return output;
    });
    this.#deliver();
    return output;
  }

  /** Wipes all keys; drops every frame from now on. */
  close(): void {
    const session = this.#session;
    this.#session = undefined;
    try {
      session?.free();
    } catch {
      // It trapped before: there is nothing left to wipe that can be reached.
    }
    this.#settle();
  }

  #configure(options: SessionOptions, { memory }: InitOutput): void {
    if (this.#session || this.#failed) {
      const message = 'this worker has a session already: one worker, one Frameseal';
      throw { code: 'invalid-message', message } satisfies Failure;
    }
    this.#session = new Session(options.profile, options.cipherSuite);
    this.#memory = memory;
    this.#settle();
  }

  #handle(request: Request): unknown {
    if (!this.#session || !this.#memory) {
      const message = 'this worker has no session';
      throw { code: 'invalid-message', message } satisfies Failure;
    }
    const session = this.#session;
    switch (request.type) {
      case 'setSendKey':
        return spend(request.baseKey, (key) => session.set_send_key(request.keyId, key));
      case 'addReceiveKey': {
        const { keyId, baseKey, member } = request;
        const now = performance.now();
        return spend(baseKey, (key) => session.add_receive_key(keyId, key, member, now));
      }
      case 'removeReceiveKey':
        return session.remove_receive_key(request.keyId);
      case 'retarget':
        return session.retarget(...inOrder(request.pipeline));
      case 'release':
        return session.release(request.pipeline);
      case 'seal':
        return session.seal(request.data);
      case 'open':
        return session.open(request.data);
      case 'stats':
        return session.stats(this.#memory.buffer.byteLength);
    }
  }

  /** Makes one call into WebAssembly, unless one failed before. */
  #guard<T>(call: (session: Session, memory: WebAssembly.Memory) => T): T | undefined {
    if (!this.#session || !this.#memory) return undefined;
    try {
      return call(this.#session, this.#memory);
    } catch (error) {
      if (!isFailure(error)) this.#fail(error);
      return undefined;
    }
  }

  /** Posts what has happened; asks for the key frames that are wanted. */
  #deliver(): void {
    for (;;) {
      const event = this.#guard((session) => session.poll_event());
      if (!event) return;
      if (event.type !== 'keyFrameWanted' || !this.#requestKeyFrame(event)) this.#post({ event });
    }
  }

  #requestKeyFrame({ pipeline }: KeyFrameWanted): boolean {
    const source = this.#keyFrameSources.get(pipeline);
    // It rejects when the track has just ended, and then no key frame is wanted.
    source?.sendKeyFrameRequest().catch(() => {});
    return source !== undefined;
  }

  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#session = undefined;
    this.#post({ fatal: { message: error instanceof Error ? error.message : String(error) } });
    this.#settle();
  }
}

type Call = { call: number; configure: SessionOptions } | { call: number; request: Request };
type KeyFrameWanted = Extract<Event, { type: 'keyFrameWanted' }>;

/** Uses key bytes and wipes them: WebAssembly has its own copy. */
function spend(baseKey: Uint8Array, use: (baseKey: Uint8Array) => void): void {
  try {
    use(baseKey);
  } finally {
    baseKey.fill(0);
  }
}

/** The options in the order of the session's arguments. */
function inOrder({ pipeline, direction, kind, track, codec, from }: Pipeline) {
  return [pipeline, direction, kind, track, codec, from] as const;
}

/** What the session throws on purpose is plain data; a trap is an `Error`. */
function isFailure(error: unknown): error is Failure {
  return typeof error === 'object' && error !== null && !(error instanceof Error) && 'code' in error;
}
