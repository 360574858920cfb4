/** Sealed messages over the data channel of one connection, in order. */

import { decode, encode, type Message } from './messages.ts';
import { codeOf, Opener } from './opener.ts';
import { STREAMS, tagged, type Sealing } from './sealed-signalling.ts';

export interface ConversationHandlers {
  opened(): void;
  /** Proven to be the other end's, in a room that is sealed. */
  message(message: Message): void;
  /** Something of the other end was not taken; the code says why. */
  dropped(code: string): void;
}

export class Conversation {
  readonly #channel: RTCDataChannel;
  readonly #sealing: Sealing | undefined;
  readonly #handlers: ConversationHandlers;
  readonly #opener: Opener | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(
    channel: RTCDataChannel,
    member: string,
    sealing: Sealing | undefined,
    handlers: ConversationHandlers,
  ) {
    this.#channel = channel;
    this.#sealing = sealing;
    this.#handlers = handlers;
    channel.bufferedAmountLowThreshold = LOW_BYTES;
    channel.onopen = () => handlers.opened();
    channel.onmessage = ({ data }) => this.#receive(data);
    this.#opener =
      sealing &&
      new Opener(sealing, member, {
        opened: (data) => this.#read(data),
        dropped: (code) => handlers.dropped(code),
      });
  }

  get isOpen(): boolean {
    return this.#channel.readyState === 'open';
  }

  /**
   * Resolves when the browser has taken the message and has room for more; what it cannot take
   * because the connection is gone is lost.
   */
  send(message: Message): Promise<void> {
    // The worker answers in order, and need not wait for the network.
    const sealed = this.#seal(message);
    this.#last = this.#last.then(async () => {
      const bytes = await sealed;
      if (!bytes) return;
      await this.#room();
      try {
        if (this.isOpen) this.#channel.send(bytes as Uint8Array<ArrayBuffer>);
      } catch {
        // Closing in this moment: lost, as if it had been on its way.
      }
    });
    return this.#last;
  }

  close(): void {
    this.#channel.onopen = null;
    this.#channel.onmessage = null;
    this.#opener?.close();
    this.#channel.close();
  }

  /** What is sealed comes behind the number of its stream. */
  async #seal(message: Message): Promise<Uint8Array | undefined> {
    const bytes = encode(message);
    if (!this.#sealing) return bytes;
    const stream = 'transfer' in message ? STREAMS.files : STREAMS.chat;
    try {
      return tagged(stream, await this.#sealing.seal(bytes, { stream }));
    } catch (error) {
      if (codeOf(error) !== 'closed') this.#handlers.dropped(codeOf(error));
      return undefined;
    }
  }

  #receive(data: unknown): void {
    const isMessage = data instanceof ArrayBuffer && data.byteLength <= MAX_BYTES;
    if (!isMessage) return this.#handlers.dropped('malformed');
    const bytes = new Uint8Array(data);
    if (!this.#opener) return this.#read(bytes);
    const [stream] = bytes;
    if (stream !== STREAMS.chat && stream !== STREAMS.files) this.#handlers.dropped('malformed');
    else this.#opener.push(bytes.subarray(1), stream);
  }

  #read(bytes: Uint8Array): void {
    const message = decode(bytes);
    if (message) this.#handlers.message(message);
    else this.#handlers.dropped('malformed');
  }

  /** Waits while the browser has more to send than it needs to keep the network busy. */
  async #room(): Promise<void> {
    if (this.#channel.bufferedAmount <= HIGH_BYTES) return;
    await new Promise<void>((resolve) => {
      for (const event of ['bufferedamountlow', 'close']) {
        this.#channel.addEventListener(event, () => resolve(), { once: true });
      }
    });
  }
}

/** A piece of a file and what is around it, twice over. */
const MAX_BYTES = 32 << 10;

/** Chromium closes a channel that is given more than 16 MiB ahead; this is 50 ms of 40 Mbit/s. */
const HIGH_BYTES = 256 << 10;
const LOW_BYTES = 64 << 10;
