/** What is said in the room. */

import { signal, type ReadonlySignal } from '@preact/signals-core';
import { randomId } from './base64.ts';
import { MAX_CHAT_LENGTH, type Message } from './messages.ts';
import type { ChatMessage } from './model.ts';

/** Sends to one member, or nowhere while there is no connection to it. */
export type SendTo = (member: string, message: Message) => void;

/**
 * What was said while a connection was away is said over the next one, and shown once, as far as the
 * log goes back. Those who join later do not get what was said before.
 */
export class Chat {
  readonly #self: string;
  readonly #send: SendTo;
  readonly #log = signal<readonly ChatMessage[]>([]);
  /** By member: what it has not confirmed to have heard. */
  readonly #unheard = new Map<string, Map<string, string>>();

  constructor(self: string, send: SendTo) {
    this.#self = self;
    this.#send = send;
  }

  /** Oldest first. */
  get log(): ReadonlySignal<readonly ChatMessage[]> {
    return this.#log;
  }

  join(member: string): void {
    this.#unheard.set(member, this.#unheard.get(member) ?? new Map());
  }

  leave(member: string): void {
    this.#unheard.delete(member);
  }

  /** Says something to everybody who is here. */
  say(name: string, text: string): void {
    const said = text.trim();
    if (said === '') return;
    if (said.length > MAX_CHAT_LENGTH) {
      throw new RangeError(
        `This is ${said.length} characters long, and at most ${MAX_CHAT_LENGTH} can be said at ` +
          'once. Say it in parts, or send it as a file.',
      );
    }
    const id = randomId();
    this.#add({ id, from: this.#self, name, text: said, at: Date.now() });
    for (const [member, unheard] of this.#unheard) {
      unheard.set(id, said);
      this.#send(member, { type: 'chat', id, text: said });
    }
  }

  /** A connection to this member has opened: it may have missed something. */
  connected(member: string): void {
    for (const [id, text] of this.#unheard.get(member) ?? []) {
      this.#send(member, { type: 'chat', id, text });
    }
  }

  /** Takes what a member said, or that it has heard something. */
  receive(member: string, name: string, message: Message & { type: 'chat' | 'heard' }): void {
    if (message.type === 'heard') {
      this.#unheard.get(member)?.delete(message.id);
      return;
    }
    const { id, text } = message;
    this.#send(member, { type: 'heard', id });
    // Of one member: another one's message of the same ID is another message.
    const key = `${member} ${id}`;
    if (this.#log.value.some((shown) => shown.id === key)) return;
    this.#add({ id: key, from: member, name, text, at: Date.now() });
  }

  #add(message: ChatMessage): void {
    this.#log.value = [...this.#log.value, message].slice(-MAX_LOG);
  }
}

/** More than anybody scrolls through. */
const MAX_LOG = 1000;
