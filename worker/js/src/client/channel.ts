import { FramesealError } from './errors.js';
import type {
  Answer,
  EncodedStreams,
  FromWorker,
  Method,
  Request,
  Requests,
  SessionOptions,
  ToWorker,
  WorkerEvent,
} from '../protocol.js';

/** The main thread's end of the talk with one worker. */
export class Channel {
  readonly #pending = new Map<number, PendingCall>();
  readonly #hearers = new Set<Hearer>();
  readonly #listening = new AbortController();
  readonly #handlers: ChannelHandlers;
  #worker: Worker | undefined;
  #isOurs = false;
  #lastCall = 0;
  #ended: FramesealError | undefined;

  constructor(handlers: ChannelHandlers) {
    this.#handlers = handlers;
  }

  /**
   * The worker at the other end.
   *
   * @throws FramesealError why nothing can be done with it: `not-ready`, or why the talk ended.
   */
  requireWorker(): Worker {
    if (this.#ended) throw this.#ended;
    if (this.#worker) return this.#worker;
    throw new FramesealError('not-ready', 'await frameseal.ready first');
  }

  /** Begins to talk with a worker that has loaded; ours ends with the talk. */
  open(worker: Worker, { isOurs }: { isOurs: boolean }): void {
    this.#worker = worker;
    this.#isOurs = isOurs;
    if (this.#ended) return this.#dismiss();
    const { signal } = this.#listening;
    worker.addEventListener('message', this.#receive, { signal });
    worker.addEventListener('error', this.#hearError, { signal });
    worker.addEventListener('messageerror', this.#hearError, { signal });
  }

  /** Why no call succeeds any more, if so. */
  get ended(): FramesealError | undefined {
    return this.#ended;
  }

  /**
   * Starts the session. Resolves when the worker is ready.
   *
   * @param transfer buffers that the worker gets instead of copies.
   */
  async configure(options: SessionOptions, transfer: Transferable[]): Promise<void> {
    await this.#call((call) => ({ call, configure: options }), transfer);
  }

  /** Asks for something. The worker gets bytes themselves, with all of their buffer, and no copy. */
  request<M extends Method>(method: M, ...args: Parameters<Requests[M]>): Promise<Answer<M>> {
    const buffers = args.flatMap((arg) => (arg instanceof Uint8Array ? [arg.buffer] : []));
    const request = [method, ...args] as unknown as Request;
    return this.#call((call) => ({ call, request }), buffers) as Promise<Answer<M>>;
  }

  /** Tells something whose answer nobody needs. */
  tell<M extends Method>(method: M, ...args: Parameters<Requests[M]>): void {
    this.request(method, ...args).catch(ignore);
  }

  /** Resolves after the first event that is `wanted`; rejects when the talk ends before. */
  hear(wanted: (event: WorkerEvent) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#ended) throw this.#ended;
      this.#hearers.add({ wanted, resolve, reject });
    });
  }

  /** Gives the worker the streams of one end of a transceiver. */
  stream(streams: EncodedStreams): void {
    const { readable, writable } = streams;
    this.#call((call) => ({ call, streams }), [readable, writable]).catch(ignore);
  }

  /** Has the worker wipe its keys, and ends the talk. */
  close(reason = new FramesealError('closed', 'close() was called')): void {
    this.end(reason);
    this.#dismiss();
  }

  /** Takes the worker for failed. */
  fail(message: string): void {
    if (this.#ended) return;
    // Whatever of it still runs must not go on with frames, nor keep keys.
    this.#worker?.postMessage(CLOSE);
    this.end(new FramesealError('worker-failed', message));
    this.#handlers.failed();
  }

  /** Ends the talk: every call, pending or to come, rejects with `error`. */
  end(error: FramesealError): void {
    if (this.#ended) return;
    this.#ended = error;
    this.#listening.abort();
    for (const { reject } of [...this.#pending.values(), ...this.#hearers]) reject(error);
    this.#pending.clear();
    this.#hearers.clear();
  }

  #dismiss(): void {
    this.#worker?.postMessage(CLOSE);
    if (this.#isOurs) this.#worker?.terminate();
  }

  #call(message: (call: number) => ToWorker, transfer: Transferable[] = []): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const worker = this.requireWorker();
      const call = ++this.#lastCall;
      worker.postMessage(message(call), transfer);
      this.#pending.set(call, { resolve, reject });
    });
  }

  // What another script in the worker says is none of ours.
  readonly #receive = ({ data }: MessageEvent<FromWorker | null | undefined>): void => {
    if (typeof data !== 'object' || data === null) return;
    if ('call' in data) {
      const pending = this.#pending.get(data.call);
      this.#pending.delete(data.call);
      if ('failure' in data) {
        pending?.reject(new FramesealError(data.failure.code, data.failure.message));
      } else {
        pending?.resolve(data.value);
      }
    } else if ('event' in data) {
      this.#handlers.event(data.event);
      for (const hearer of this.#hearers) {
        if (hearer.wanted(data.event) && this.#hearers.delete(hearer)) hearer.resolve();
      }
    } else if ('fatal' in data) {
      this.fail(data.fatal.message);
    }
  };

  // A message that the browser could not read says nothing.
  readonly #hearError = (event: Event): void =>
    this.fail((event as Partial<ErrorEvent>).message || 'unreadable message');
}

/** Who hears what the worker says of its own accord. */
export interface ChannelHandlers {
  event(event: WorkerEvent): void;
  /** Called once, when the worker has failed; {@link Channel.ended} says why. */
  failed(): void;
}

const CLOSE: ToWorker = { close: true };

interface PendingCall {
  resolve(value: unknown): void;
  reject(error: FramesealError): void;
}

interface Hearer {
  wanted(event: WorkerEvent): boolean;
  resolve(): void;
  reject(error: FramesealError): void;
}

// A failing worker is reported once, through `failed`.
function ignore(): void {}
