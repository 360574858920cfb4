/** A mock of the worker: holds no keys, and says what a test wants it to say. */

import type {
  FromWorker,
  Method,
  Request,
  SessionOptions,
  ToWorker,
  WorkerEvent,
} from '../src/protocol.js';

export class FakeWorker extends EventTarget {
  /** The last one that was made. */
  static latest: FakeWorker;

  /** What was asked of it, as it came over: bytes that were transferred are gone on the other side. */
  readonly requests: Request[] = [];
  /** Where it was to find its WebAssembly. */
  loaded: string | undefined;
  session: SessionOptions | undefined;
  closed = false;
  terminated = false;
  /** Values that answer requests, by method; `undefined` answers the others. */
  answers: Partial<Record<Method, unknown>> = {};

  constructor() {
    super();
    FakeWorker.latest = this;
  }

  postMessage(message: ToWorker, transfer: Transferable[] = []): void {
    const data = structuredClone(message, { transfer });
    if ('close' in data) this.closed = true;
    if ('load' in data) this.loaded = data.load;
    if ('configure' in data) this.session = data.configure;
    if ('request' in data) this.requests.push(data.request);
    if (!('call' in data)) return;
    const value = 'request' in data ? this.answers[data.request[0]] : undefined;
    setImmediate(() => this.#post({ call: data.call, value }));
  }

  /** Says that something happened. Resolves when the main thread has heard all that was said. */
  async say(event: WorkerEvent): Promise<void> {
    this.#post({ event });
    await settled();
  }

  fail(): void {
    this.#post({ fatal: { message: 'trapped' } });
  }

  terminate(): void {
    this.terminated = true;
  }

  #post(data: FromWorker): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
}

// Node has no policy that would forbid a worker.
Object.assign(globalThis, { addEventListener: () => {}, removeEventListener: () => {} });

/** Resolves when every answer that is on its way has been heard. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise(setImmediate);
}
