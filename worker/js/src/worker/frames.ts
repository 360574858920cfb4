import {
  AAD_LENGTH,
  AEAD_FRAME,
  AEAD_KEY,
  AEAD_SEALS,
  HAS_EVENTS,
  NONCE,
  NONCE_LENGTH,
  OUTPUT,
  OUTPUT_LENGTH,
  TEXT,
  TEXT_LENGTH,
  TICKET_LENGTH,
  VERDICT_DROP,
  VERDICT_MASK,
  VERDICT_WAIT,
} from '../constants.js';
import type { Session } from '../../wasm/frameseal.js';

/** What to send on in a frame's place; `wait`: nothing yet, because its key is missing. */
export type Verdict = ArrayBuffer | 'drop' | 'wait';

/**
 * Takes frames through a session: by WebAssembly alone, or with WebCrypto for their AES-GCM.
 *
 * WebAssembly is done with a small frame before a promise could be made. WebCrypto has the
 * processor's AES instructions, and is faster with large ones: `crossover.ts` measures from where.
 */
export class Frames {
  /** What the last call said that the session wants: `HAS_EVENTS`, `WANTS_WORK`. */
  state = 0;

  readonly #session: Session;
  readonly #memory: WebAssembly.Memory;
  readonly #ticketAddress: number;
  /** By the session's numbers, of which none comes twice. */
  #keys = new Map<number, CryptoKey>();
  #heap = new Uint8Array();
  #ticket = new Uint32Array();
  #isClosed = false;

  constructor(session: Session, memory: WebAssembly.Memory) {
    this.#session = session;
    this.#memory = memory;
    this.#ticketAddress = session.ticket();
  }

  /** Seals or opens a frame. With `again`, it is the first frame of its pipeline that waits. */
  process(pipeline: number, data: ArrayBuffer, again: boolean, now: number): Verdict {
    if (!this.#copyIn(pipeline, data, now)) return 'drop';
    return this.#take(this.#session.process(pipeline, again, now));
  }

  /** Seals or opens a frame with WebCrypto, unless it cannot take the frame. */
  async processAway(pipeline: number, data: ArrayBuffer, now: number): Promise<Verdict> {
    if (!this.#copyIn(pipeline, data, now)) return 'drop';
    const session = this.#session;
    if (!session.send_away(pipeline, now)) {
      return this.#take(session.process(pipeline, false, now));
    }
    const ticket = this.#readTicket().slice(); // other frames write to it meanwhile
    const frame = ticket[AEAD_FRAME]!;
    const result = await this.#callAead(ticket, data);
    if (this.#isClosed) return 'drop';
    // Keys may have changed meanwhile: the session then needs the frame as it came.
    const isGood = result !== undefined && session.is_good(frame);
    if (isGood) this.#view().set(new Uint8Array(result), ticket[TEXT]);
    const verdict = this.#settle(session.come_back(frame, isGood, now));
    if (verdict) return verdict;
    // What is opened is the frame itself, with nothing around it.
    const isWhole = isGood && !ticket[AEAD_SEALS];
    return isWhole && this.#readTicket()[OUTPUT_LENGTH] === result.byteLength
      ? result
      : this.#copyOut();
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
    if (input === 0) {
      this.state = HAS_EVENTS; // it was too long
      return false;
    }
    this.#view().set(new Uint8Array(data), input);
    return true;
  }

  /** Takes what the session has made of a frame. */
  #take(returned: number): Verdict {
    return this.#settle(returned) ?? this.#copyOut();
  }

  /** Notes what the session wants; returns the verdict, unless the frame passes. */
  #settle(returned: number): 'drop' | 'wait' | undefined {
    this.state = returned;
    const verdict = returned & VERDICT_MASK;
    if (verdict === VERDICT_DROP) return 'drop';
    return verdict === VERDICT_WAIT ? 'wait' : undefined;
  }

  #copyOut(): ArrayBuffer {
    const ticket = this.#readTicket();
    const at = ticket[OUTPUT]!;
    return this.#view().buffer.slice(at, at + ticket[OUTPUT_LENGTH]!);
  }

  /** Lets WebCrypto encrypt or decrypt a frame; `undefined` if it fails, and the session tells why. */
  async #callAead(ticket: Uint32Array, data: ArrayBuffer): Promise<ArrayBuffer | undefined> {
    const key = this.#keys.get(ticket[AEAD_KEY]!) ?? (await this.#import(ticket));
    if (!key || this.#isClosed) return undefined;
    const heap = this.#view();
    const aad = ticket[NONCE]! + NONCE_LENGTH;
    const algorithm = {
      name: 'AES-GCM',
      iv: heap.subarray(ticket[NONCE], aad),
      additionalData: heap.subarray(aad, aad + ticket[AAD_LENGTH]!),
    };
    const text = ticket[TEXT]!;
    const call = ticket[AEAD_SEALS]
      ? crypto.subtle.encrypt(algorithm, key, data)
      : crypto.subtle.decrypt(algorithm, key, heap.subarray(text, text + ticket[TEXT_LENGTH]!));
    return call.catch(ignore);
  }

  /** Gives WebCrypto the key of a frame; `undefined` if that cannot be. */
  async #import(ticket: Uint32Array): Promise<CryptoKey | undefined> {
    const keys = this.#keys;
    const at = this.#session.aead_key(ticket[AEAD_FRAME]!);
    if (at === 0) return undefined;
    const heap = this.#view();
    const bytes = heap.subarray(at, at + (heap[at - 1] ?? 0));
    const importing = crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, USAGES);
    this.#session.wipe_aead_key(); // WebCrypto has its copy
    const key = await importing.catch(ignore);
    if (key) keys.set(ticket[AEAD_KEY]!, key);
    return key;
  }

  /** WebAssembly's memory, of which a view is good until it grows. */
  #view(): Uint8Array<ArrayBuffer> {
    const { buffer } = this.#memory;
    if (this.#heap.buffer !== buffer) {
      this.#heap = new Uint8Array(buffer as ArrayBuffer);
      this.#ticket = new Uint32Array(buffer as ArrayBuffer, this.#ticketAddress, TICKET_LENGTH);
    }
    return this.#heap;
  }

  /** What the session tells of the last frame. */
  #readTicket(): Uint32Array {
    this.#view();
    return this.#ticket;
  }
}

const USAGES: KeyUsage[] = ['encrypt', 'decrypt'];

// WebCrypto tells nothing but that it failed; the session then tells why.
function ignore(): undefined {}
