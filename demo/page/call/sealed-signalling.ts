/** What members say to each other through the server, which sees none of it in a sealed room. */

import type { OpenedData, OpenOptions, SealOptions } from 'frameseal';
import { codeOf, Opener } from './opener.ts';

/** How one connection is negotiated. */
export interface Signal {
  /** Whom it is for: who sealed it, sealed it for the whole room. */
  to: string;
  /** Names one attempt to connect; what is late from an earlier one is dropped. */
  link: string;
  /** Grows by one with each signal of this sender on this link; a repeat is dropped. */
  number: number;
  description?: RTCSessionDescriptionInit;
  candidate?: RTCIceCandidateInit | null;
  /** Who may offer next: see the package's `Negotiation`. */
  turn?: 'wanted' | 'yours' | 'unneeded';
  /** The other end should begin a new connection: this one has none that works. */
  begin?: true;
}

/** What seals: a `Frameseal`. */
export interface Sealing {
  seal(data: Uint8Array, options: SealOptions): Promise<Uint8Array>;
  open(data: Uint8Array, options: OpenOptions): Promise<OpenedData>;
  receive(from: string, message: Uint8Array): void;
}

export interface SealedSignallingHandlers {
  relay(to: string | null, data: Uint8Array, isKey: boolean): void;
  signal(from: string, signal: Signal): void;
  /** Something of this member was not taken; the code says why. */
  dropped(from: string, code: string): void;
}

/** What is sealed beside media, each in a stream of its own: a file makes no message late. */
export const STREAMS = { signalling: 0, chat: 1, files: 2 } as const;

/** The first byte of all that goes through the relay. */
export const KIND = { key: 0, sealed: 1, plain: 2 } as const;

/**
 * Seals signals where there is something to seal with, and takes nothing else then: that a room is
 * not sealed is said by its link, never by what the server delivers.
 */
export class SealedSignalling {
  readonly #sealing: Sealing | undefined;
  readonly #self: string;
  readonly #handlers: SealedSignallingHandlers;
  readonly #openers = new Map<string, Opener>();
  #last: Promise<void> = Promise.resolve();

  constructor(self: string, sealing: Sealing | undefined, handlers: SealedSignallingHandlers) {
    this.#self = self;
    this.#sealing = sealing;
    this.#handlers = handlers;
  }

  /** Sends a key message of the package. It sends them again by itself when they are lost. */
  sendKey(to: string | null, message: Uint8Array): void {
    this.#handlers.relay(to, tagged(KIND.key, message), true);
  }

  send(signal: Signal): void {
    const bytes = new TextEncoder().encode(JSON.stringify(signal));
    const sealing = this.#sealing;
    if (!sealing) return this.#handlers.relay(signal.to, tagged(KIND.plain, bytes), false);

    this.#last = this.#last.then(async () => {
      try {
        const sealed = await sealing.seal(bytes, { stream: STREAMS.signalling });
        this.#handlers.relay(signal.to, tagged(KIND.sealed, sealed), false);
      } catch (error) {
        if (codeOf(error) !== 'closed') this.#handlers.dropped(signal.to, codeOf(error));
      }
    });
  }

  /** Takes what the server says is from this member. */
  receive(from: string, data: Uint8Array): void {
    const [kind] = data;
    const rest = data.subarray(1);
    const expected = this.#sealing ? [KIND.key, KIND.sealed] : [KIND.plain];
    if (!(expected as number[]).includes(kind ?? -1)) {
      return this.#handlers.dropped(from, kind === KIND.plain ? 'not-sealed' : 'sealed');
    }
    if (kind === KIND.key) this.#sealing?.receive(from, rest);
    else if (kind === KIND.sealed) this.#openerOf(from).push(rest, STREAMS.signalling);
    else this.#read(from, rest);
  }

  /** Forgets what waits of a member that has left. */
  forget(member: string): void {
    this.#openers.get(member)?.close();
    this.#openers.delete(member);
  }

  close(): void {
    for (const member of [...this.#openers.keys()]) this.forget(member);
  }

  #openerOf(from: string): Opener {
    const known = this.#openers.get(from);
    if (known) return known;
    const opener = new Opener(this.#sealing!, from, {
      opened: (data) => this.#read(from, data),
      dropped: (code) => this.#handlers.dropped(from, code),
    });
    this.#openers.set(from, opener);
    return opener;
  }

  #read(from: string, bytes: Uint8Array): void {
    const signal = parse(bytes);
    if (signal?.to === this.#self) this.#handlers.signal(from, signal);
    else this.#handlers.dropped(from, 'malformed');
  }
}

/** Puts a byte before others. */
export function tagged(tag: number, bytes: Uint8Array): Uint8Array {
  const message = new Uint8Array(bytes.length + 1);
  message[0] = tag;
  message.set(bytes, 1);
  return message;
}

/** The browser checks descriptions and candidates itself; the rest is checked here. */
function parse(bytes: Uint8Array): Signal | undefined {
  try {
    const signal = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Signal> | null;
    const isSignal =
      typeof signal?.to === 'string' &&
      typeof signal.link === 'string' &&
      Number.isSafeInteger(signal.number);
    return isSignal ? (signal as Signal) : undefined;
  } catch {
    return undefined;
  }
}
