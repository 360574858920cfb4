/** The connection to the server, which comes back when it breaks. */

import { signal, type ReadonlySignal } from '@preact/signals-core';
import { fromBase64, toBase64 } from './base64.ts';
import type { SignallingState } from './model.ts';
import { Outbox } from './outbox.ts';
import type { Member } from './roster.ts';

/** Who wants to be in which room. */
export interface Seat {
  room: string;
  /** Chosen at random by the page; the same member comes back after a break. */
  member: string;
  /** Proves at the server that it is the same member who comes back. */
  token: string;
  name: string;
}

/** What the server says to whom it lets in. */
export interface Welcome {
  /** Names the server's process: another one after a restart. */
  server: string;
  /** The others in the room. */
  members: Member[];
  iceServers: RTCIceServer[];
  /** Whether media goes through a media server. */
  sfu: 'janus' | null;
  limits: { messageBytes: number; messagesPerSecond: number; members: number };
  /** The seat was still there, and its numbers go on. */
  resumed: boolean;
  /** Number of the last message that the server got from this seat. */
  received: number;
}

export interface SignallingHandlers {
  /** Let in, for the first time or again. */
  welcomed(welcome: Welcome): void;
  joined(member: Member): void;
  left(id: string): void;
  relayed(from: string, data: Uint8Array): void;
  /** The server told of an error; if it is `fatal`, the connection ends. */
  failed(error: ServerError, isFatal: boolean): void;
}

/** An error that the server told of: cause and cure in its message. */
export class ServerError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'ServerError';
    this.code = code;
  }
}

/**
 * What a member has to say while the server is away is kept, and said when it is back.
 *
 * A socket that broke may have lost what was written to it last. So both ends number what they
 * relay, and say what they got; what the other has not got is sent again, once. A server that was
 * started again has forgotten the numbers, and they begin anew.
 */
export class Signalling {
  readonly #url: string;
  readonly #seat: Seat;
  readonly #handlers: SignallingHandlers;
  readonly #state = signal<SignallingState>('reconnecting');
  readonly #outbox = new Outbox();
  /** Number of the last message that came. */
  #received = 0;
  #socket: WebSocket | undefined;
  #pulse: ReturnType<typeof setInterval> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #drain: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #heardAt = 0;
  #allowance = new Allowance(50);
  #longest = Infinity;
  #isOver = false;

  constructor(url: string, seat: Seat, handlers: SignallingHandlers) {
    this.#url = url;
    this.#seat = seat;
    this.#handlers = handlers;
    this.#connect();
  }

  get state(): ReadonlySignal<SignallingState> {
    return this.#state;
  }

  /**
   * Has the server pass something on, now or when it is back.
   *
   * @param to a member; `null`: all others in the room.
   * @param isKey whether it is a key message, which takes the place of one that still waits.
   */
  relay(to: string | null, data: Uint8Array, isKey: boolean): void {
    if (this.#isOver) return;
    const text = toBase64(data);
    // The server would end the connection for it, again and again.
    if (text.length > this.#longest) {
      const cause = 'A message to the others is longer than the server allows, and was not sent.';
      return this.#handlers.failed(new ServerError('too-long', cause), false);
    }
    this.#outbox.add(to, text, isKey);
    this.#send();
  }

  /** Leaves the room: the others learn of it at once. */
  leave(): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send('{"type":"leave"}');
    this.#end();
  }

  #connect(): void {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#heardAt = performance.now();
    socket.onopen = () => {
      socket.send(JSON.stringify({ type: 'join', ...this.#seat, received: this.#received }));
    };
    socket.onmessage = ({ data }) => this.#hear(data);
    socket.onclose = () => this.#lose();
    this.#pulse = setInterval(() => this.#beat(), PING_MS);
  }

  /** Keeps the connection alive, and gives up one that is silent: closing would take minutes. */
  #beat(): void {
    if (performance.now() - this.#heardAt > SILENCE_MS) return this.#lose();
    if (this.#state.value !== 'online') return;
    this.#socket?.send(JSON.stringify({ type: 'ping', received: this.#received }));
  }

  #lose(): void {
    this.#drop();
    this.#state.value = 'reconnecting';
    this.#retry = setTimeout(() => this.#connect(), backoff(this.#failures++));
  }

  #drop(): void {
    clearInterval(this.#pulse);
    clearTimeout(this.#retry);
    clearTimeout(this.#drain);
    this.#drain = undefined;
    const socket = this.#socket;
    if (!socket) return;
    this.#socket = undefined;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #end(): void {
    this.#isOver = true;
    this.#drop();
    this.#outbox.clear();
  }

  #hear(text: unknown): void {
    this.#heardAt = performance.now();
    const message = parse(text);
    switch (message?.type) {
      case 'welcome':
        this.#failures = 0;
        this.#allowance = new Allowance(message.limits.messagesPerSecond * SHARE);
        this.#longest = message.limits.messageBytes - ENVELOPE_BYTES;
        this.#resume(message);
        this.#state.value = 'online';
        this.#handlers.welcomed(message);
        return this.#send();
      case 'joined':
        return this.#handlers.joined(message.member);
      case 'left':
        this.#outbox.forget((member) => member === message.member);
        return this.#handlers.left(message.member);
      case 'relay': {
        if (message.seq <= this.#received) return;
        this.#received = message.seq;
        const data = fromBase64(message.data);
        return data && this.#handlers.relayed(message.from, data);
      }
      case 'pong':
        return this.#outbox.confirm(message.received);
      case 'error':
        return this.#fail(new ServerError(message.code, message.message));
    }
  }

  /** Goes on where the seat was left, or in a new one begins to count. */
  #resume({ resumed, received, members }: Welcome): void {
    if (resumed) {
      this.#outbox.resume(received);
    } else {
      this.#outbox.restart();
      this.#received = 0;
    }
    this.#outbox.forget((member) => !members.some(({ id }) => id === member));
  }

  #fail(error: ServerError): void {
    const isFatal = HOPELESS.has(error.code);
    if (isFatal) {
      this.#end();
      this.#state.value = 'refused';
    }
    this.#handlers.failed(error, isFatal);
  }

  /** Says what is waiting, no faster than the server allows. */
  #send(): void {
    if (this.#state.value !== 'online' || this.#drain !== undefined) return;
    while (!this.#outbox.isEmpty) {
      const wait = this.#allowance.take(performance.now());
      if (wait > 0) {
        this.#drain = setTimeout(() => {
          this.#drain = undefined;
          this.#send();
        }, wait);
        return;
      }
      const { to, data, seq } = this.#outbox.next()!;
      this.#socket?.send(JSON.stringify({ type: 'relay', to, data, seq }));
    }
  }
}

/** How much may be said: a second's worth at once, after silence. */
export class Allowance {
  readonly #perSecond: number;
  #left: number;
  #at = -Infinity;

  constructor(perSecond: number) {
    this.#perSecond = Math.max(1, perSecond);
    this.#left = this.#perSecond;
  }

  /** Takes one; returns 0, or the milliseconds until there is one. */
  take(now: number): number {
    const gained = ((now - this.#at) / 1000) * this.#perSecond;
    this.#left = Math.min(this.#perSecond, this.#left + gained);
    this.#at = now;
    if (this.#left < 1) return Math.ceil(((1 - this.#left) / this.#perSecond) * 1000);
    this.#left -= 1;
    return 0;
  }
}

/**
 * Milliseconds until the next attempt, 300 to 1500: growing, and by chance, so that a room does not
 * come back to a new server in one instant.
 */
export function backoff(failures: number, chance = Math.random()): number {
  const most = Math.min(1500, 500 * 1.5 ** failures);
  return 300 + chance * (most - 300);
}

type FromServer =
  | ({ type: 'welcome' } & Welcome)
  | { type: 'joined'; member: Member }
  | { type: 'left'; member: string }
  | { type: 'relay'; from: string; data: string; seq: number }
  | { type: 'pong'; received: number }
  | { type: 'error'; code: string; message: string };

/** The server is this page's own origin, so its messages are read as what they say they are. */
function parse(text: unknown): FromServer | undefined {
  try {
    return JSON.parse(String(text)) as FromServer;
  } catch {
    return undefined;
  }
}

/** What trying again does not mend. */
const HOPELESS = new Set([
  'malformed',
  'member-taken',
  'room-full',
  'too-long',
  'too-many-own-rooms',
  'too-many-rooms',
]);

/** The server takes a member for gone after 9 s of silence. */
const PING_MS = 2000;

/** Two pings were not answered, or an attempt to connect was not. */
const SILENCE_MS = 4500;

/** Of the server's limit: its clock and ours do not cut time at the same places. */
const SHARE = 0.8;

/** What a message to the server has around its data, and some. */
const ENVELOPE_BYTES = 256;
