import type { Session } from '../../wasm/frameseal.js';

/** 0 audio, 1 delta frame, 2 key frame: as `Session.process` counts them. */
export type FrameKind = 0 | 1 | 2;

/** What to send on in a frame's place; `wait`: nothing yet, because its key is missing. */
export type Verdict = ArrayBuffer | 'drop' | 'wait';

/**
 * Takes frames through a session: by WebAssembly alone, or with WebCrypto for their AES-GCM.
 *
 * WebAssembly is done with a small frame before a promise could be made. WebCrypto has the
 * processor's AES instructions, and is faster with large ones: `crossover.ts` measures from where.
 */
export class Frames {
  readonly #session: Session;
  readonly #memory: WebAssembly.Memory;
  /** By the session's numbers, of which none comes twice. */
  #keys = new Map<number, CryptoKey>();
  #heap = new Uint8Array();
  #isClosed = false;

  constructor(session: Session, memory: WebAssembly.Memory) {
    this.#session = session;
    this.#memory = memory;
  }

  /** Seals or opens a frame. With `last` the verdict is never `wait`. */
  process(
    pipeline: number,
    kind: FrameKind,
    data: ArrayBuffer,
    now: number,
    last: boolean,
  ): Verdict {
    if (!this.#copyIn(pipeline, data, now)) return 'drop';
    return this.#take(this.#session.process(pipeline, kind, now, last));
  }

  /** The same with WebCrypto, unless it cannot take the frame. */
  async processAway(
    pipeline: number,
    kind: FrameKind,
    data: ArrayBuffer,
    now: number,
  ): Promise<Verdict> {
    if (!this.#copyIn(pipeline, data, now)) return 'drop';
    const session = this.#session;
    const ticket = session.send_away(pipeline, kind, now);
    if (ticket === 0) return this.#take(session.process(pipeline, kind, now, false));

    const [frame = 0, seals, key = 0, nonce = 0, aadLength = 0, text = 0, textLength = 0] =
      new Uint32Array(this.#memory.buffer, ticket, 7);
    const cryptoKey = this.#keys.get(key) ?? (await this.#import(key));
    const aad = nonce + NONCE_LENGTH;
    const heap = this.#view();
    const algorithm = {
      name: 'AES-GCM',
      iv: heap.subarray(nonce, aad),
      additionalData: heap.subarray(aad, aad + aadLength),
    };
    const result =
      cryptoKey &&
      (await (seals
        ? crypto.subtle.encrypt(algorithm, cryptoKey, data)
        : crypto.subtle.decrypt(algorithm, cryptoKey, heap.subarray(text, text + textLength))
      ).catch(ignore));
    if (this.#isClosed) return 'drop';
    // Keys may have changed meanwhile: the session then needs the frame as it came.
    const isGood = result !== undefined && session.is_good(frame);
    if (isGood) this.#view().set(new Uint8Array(result), text);
    const length = session.come_back(frame, isGood, now, false);
    // What is opened is the frame itself, with nothing around it.
    return isGood && !seals && length === result.byteLength ? result : this.#take(length);
  }

  /** Drops WebCrypto's keys: those of the session have changed. */
  forgetKeys(): void {
    this.#keys = new Map();
  }

  /** Sees to it that what is under way ends without the session. */
  close(): void {
    this.#isClosed = true;
    this.forgetKeys();
  }

  #copyIn(pipeline: number, data: ArrayBuffer, now: number): boolean {
    const input = this.#session.reserve(pipeline, data.byteLength, now);
    if (input === 0) return false;
    this.#view().set(new Uint8Array(data), input);
    return true;
  }

  /** Takes what the session has made of a frame. */
  #take(length: number): Verdict {
    if (length < 0) return length === WAIT ? 'wait' : 'drop';
    const at = this.#session.output();
    return this.#view().buffer.slice(at, at + length);
  }

  /** Gives WebCrypto a key; `undefined` if that cannot be. */
  async #import(number: number): Promise<CryptoKey | undefined> {
    const keys = this.#keys;
    const at = this.#session.web_key(number);
    if (at === 0) return undefined;
    const heap = this.#view();
    const bytes = heap.subarray(at, at + (heap[at - 1] ?? 0));
    const importing = crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, USAGES);
    this.#session.wipe_web_key(); // WebCrypto has its copy
    const key = await importing.catch(ignore);
    if (key) keys.set(number, key);
    return key;
  }

  /** WebAssembly's memory, of which a view is good until it grows. */
  #view(): Uint8Array<ArrayBuffer> {
    const { buffer } = this.#memory;
    if (this.#heap.buffer !== buffer) this.#heap = new Uint8Array(buffer as ArrayBuffer);
    return this.#heap;
  }
}

/** What `Session.process` returns for a frame that is to be tried again. */
const WAIT = -2;

const USAGES: KeyUsage[] = ['encrypt', 'decrypt'];

/** `Nn` of both AES-GCM suites, in bytes. */
const NONCE_LENGTH = 12;

// WebCrypto tells nothing but that it failed; the session then tells why.
function ignore(): undefined {}
