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

/**
 * What to send on in a frame's place, which may have taken its memory; `wait`: nothing yet, because its
 * key is missing, and the frame is as it was.
 */
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
  /** Where the next frame goes, and how long it may be there. */
  #room = 0;
  #roomLength = 0;

  constructor(session: Session, memory: WebAssembly.Memory) {
    this.#session = session;
    this.#memory = memory;
    this.#ticketAddress = session.ticket();
  }

  /**
   * Seals or opens a frame: one call into WebAssembly. With `again`, it is the first frame of its
   * pipeline that waits.
   */
  process(pipeline: number, data: ArrayBuffer, again: boolean, now: number): Verdict {
    if (!this.#copyIn(pipeline, data, now)) return 'drop';
    const returned = this.#session.process(pipeline, data.byteLength, again, now);
    return this.#settle(returned) ?? this.#copyOut(data);
  }

  /** Seals or opens a frame with WebCrypto, unless it cannot take the frame. */
  async processAway(pipeline: number, data: ArrayBuffer, now: number): Promise<Verdict> {
    this.#roomLength = 0; // the session must know the length
    if (!this.#copyIn(pipeline, data, now)) return 'drop';
    const session = this.#session;
    if (!session.send_away(pipeline, now)) {
      const returned = session.process(pipeline, data.byteLength, false, now);
      return this.#settle(returned) ?? this.#copyOut(data);
    }
    this.#roomLength = 0; // the room went with the frame
    const ticket = this.#readTicket().slice(); // other frames write to it meanwhile
    const frame = ticket[AEAD_FRAME]!;
    const result = await this.#callAead(ticket, data);
    if (isClosed) return 'drop';
    // Keys may have changed meanwhile: the session then needs the frame as it came.
    const isGood = result !== undefined && session.is_good(frame);
    if (isGood) this.#view().set(new Uint8Array(result), ticket[TEXT]);
    this.#roomLength = 0; // the frame brings another
    const verdict = this.#settle(session.come_back(frame, isGood, now));
    if (verdict) return verdict;
    // What is opened is the frame itself, with nothing around it.
    const isWhole = isGood && !ticket[AEAD_SEALS];
    return isWhole && this.#readTicket()[OUTPUT_LENGTH] === result.byteLength
      ? result
      : this.#copyOut(data);
  }

  /** Drops WebCrypto's keys: those of the session have changed. */
  forgetKeys(): void {
    this.#keys = new Map();
  }

  /** Writes a frame to where the session takes it from; `false` if it is longer than any may be. */
  #copyIn(pipeline: number, data: ArrayBuffer, now: number): boolean {
    if (isClosed) throw new Error(); // ends a measurement, which nobody reads: frames of a call stop in the engine
    const { byteLength } = data;
    if (byteLength > this.#roomLength) {
      this.#room = this.#session.reserve(pipeline, byteLength, now);
      this.#roomLength = this.#room && byteLength;
      if (this.#room === 0) {
        this.state = HAS_EVENTS;
        return false;
      }
    }
    this.#view().set(new Uint8Array(data), this.#room);
    return true;
  }

  /** Notes what the session wants; returns the verdict, unless the frame passes. */
  #settle(returned: number): 'drop' | 'wait' | undefined {
    this.state = returned;
    const verdict = returned & VERDICT_MASK;
    if (verdict === VERDICT_DROP) return 'drop';
    return verdict === VERDICT_WAIT ? 'wait' : undefined;
  }

  /** Returns a copy of what was made of a frame; `data` itself is of no use any more. */
  #copyOut(data: Transferable): ArrayBuffer {
    const ticket = this.#readTicket();
    const at = ticket[OUTPUT]!;
    const length = ticket[OUTPUT_LENGTH]!;
    if (length > LONGEST_TRANSFERRED || !data.transfer) return this.#heap.buffer.slice(at, at + length);
    const output = data.transfer(length);
    new Uint8Array(output).set(this.#heap.subarray(at, at + length));
    return output;
  }

  /** Lets WebCrypto encrypt or decrypt a frame; `undefined` if it fails, and the session tells why. */
  async #callAead(ticket: Uint32Array, data: ArrayBuffer): Promise<ArrayBuffer | undefined> {
    const key = this.#keys.get(ticket[AEAD_KEY]!) ?? (await this.#import(ticket));
    if (!key || isClosed) return undefined;
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
    if (this.#heap.length === 0) {
      const buffer = this.#memory.buffer as ArrayBuffer;
      this.#heap = new Uint8Array(buffer);
      this.#ticket = new Uint32Array(buffer, this.#ticketAddress, TICKET_LENGTH);
    }
    return this.#heap;
  }

  /** What the session tells of the last frame. */
  #readTicket(): Uint32Array {
    this.#view();
    return this.#ticket;
  }
}

/** Lets no frame into WebAssembly any more: its memory, which is that of all sessions, is wiped. */
export function closeFrames(): void {
  isClosed = true;
}

let isClosed = false;

const USAGES: KeyUsage[] = ['encrypt', 'decrypt'];

/** Chromium before 114 and Firefox before 122 have no `transfer`. */
type Transferable = ArrayBuffer & { transfer?(length: number): ArrayBuffer };

/**
 * Up to this length in bytes, measured in Chromium and Firefox, it is faster to give the frame's own
 * memory back at once than to leave it to the garbage collector. Above, `transfer` is slower, because it
 * copies the old bytes, too.
 */
const LONGEST_TRANSFERRED = 4096;

// WebCrypto tells nothing but that it failed; the session then tells why.
function ignore(): undefined {}
