/** Files on their way to and from the others, piece by piece. */

import { signal, type ReadonlySignal } from '@preact/signals-core';
import { randomId } from './base64.ts';
import { MAX_NAME_LENGTH, type Message } from './messages.ts';
import type { Transfer } from './model.ts';

/** What files go by: connections that come and go. */
export interface FilesContext {
  /** Resolves when there is room for more; at once without a connection: then it is lost. */
  send(member: string, message: Message): Promise<void>;
  nameOf(member: string): string;
}

export type FileMessage = Extract<Message, { transfer: string }>;

/**
 * A transfer is between two. The receiver knows how far it is, and tells from where on it wants
 * more: at the beginning, and again whenever a connection has opened.
 */
export class Files {
  readonly #context: FilesContext;
  readonly #list = signal<readonly Transfer[]>([]);
  readonly #outgoing = new Map<string, Outgoing>();
  readonly #incoming = new Map<string, Incoming>();
  readonly #departures = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(context: FilesContext) {
    this.#context = context;
  }

  /** Newest last. */
  get list(): ReadonlySignal<readonly Transfer[]> {
    return this.#list;
  }

  /** Offers a file to each of these members. @throws RangeError for one that is too big. */
  async offer(file: File, members: readonly string[]): Promise<void> {
    if (file.size > MAX_FILE_BYTES) {
      throw new RangeError(
        `${file.name} has ${mebibytes(file.size)}, and at most ${mebibytes(MAX_FILE_BYTES)} can ` +
          'be sent: the receiver’s browser holds all of it in memory, to check it. ' +
          'Send it in parts.',
      );
    }
    const sha256 = await hash(file);
    // The others take no name with control characters.
    const name = file.name.replace(/\p{Cc}/gu, '_').slice(0, MAX_NAME_LENGTH) || 'file';
    for (const member of members) {
      const id = randomId();
      const outgoing = { id, member, file, name, sha256, sent: 0, acknowledged: 0, run: 0 };
      this.#outgoing.set(id, outgoing);
      const size = file.size;
      this.#add({ id, direction: 'send', with: member, name, size, moved: 0, state: 'offered' });
      this.#tellOffer(outgoing);
    }
  }

  accept(id: string): void {
    const incoming = this.#incoming.get(id);
    if (!incoming || this.#find(id)?.state !== 'offered') return;
    this.#change(id, { state: 'moving' });
    this.#tell(incoming.member, { type: 'accept', transfer: id, from: 0 });
    if (incoming.size === 0) void this.#finish(incoming);
  }

  /** Turns an offer down, or ends a transfer that is going on. */
  decline(id: string): void {
    const transfer = this.#find(id);
    if (!transfer || !isOpen(transfer)) return;
    if (transfer.direction === 'receive' && transfer.state === 'offered') {
      this.#tell(transfer.with, { type: 'decline', transfer: id });
      this.#end(id, { state: 'declined' });
    } else {
      this.#fail(id, STOPPED, 'You stopped it.');
    }
  }

  /** A connection to this member has opened: what was going on goes on. */
  connected(member: string): void {
    clearTimeout(this.#departures.get(member));
    this.#departures.delete(member);
    for (const outgoing of this.#outgoing.values()) {
      if (outgoing.member === member) this.#tellOffer(outgoing);
    }
    for (const { id, member: sender, received } of this.#incoming.values()) {
      if (sender !== member || this.#find(id)?.state !== 'moving') continue;
      this.#tell(member, { type: 'accept', transfer: id, from: received });
    }
  }

  /** The member may come back, if its network was away: its transfers wait for a minute. */
  left(member: string): void {
    clearTimeout(this.#departures.get(member));
    const reason = `${this.#context.nameOf(member)} has left. Ask them back.`;
    this.#departures.set(member, setTimeout(() => this.#endAll(member, reason), DEPARTURE_MS));
  }

  /** Who comes under this member's name now has another key: it gets nothing of what was going on. */
  renew(member: string): void {
    clearTimeout(this.#departures.get(member));
    this.#departures.delete(member);
    const name = this.#context.nameOf(member);
    this.#endAll(member, `${name} has another key than before. Compare safety numbers, and begin anew.`);
  }

  /** Takes what a member says about a file. */
  receive(member: string, message: FileMessage): void {
    const id = message.transfer;
    const known = this.#find(id);
    if (message.type === 'offer') {
      return known ? this.#repeatLastWord(member, known) : this.#offered(member, message);
    }
    if (!known || known.with !== member || !isOpen(known)) return;

    const outgoing = this.#outgoing.get(id);
    const incoming = this.#incoming.get(id);
    switch (message.type) {
      case 'accept':
        return outgoing && this.#start(outgoing, message.from);
      case 'decline':
        return outgoing && this.#end(id, { state: 'declined' });
      case 'acknowledge':
        return outgoing && this.#acknowledge(outgoing, message.received);
      case 'done':
        return outgoing && this.#end(id, { state: 'done', moved: known.size });
      case 'piece':
        return incoming && this.#take(incoming, message.offset, message.data);
      case 'fail':
        return this.#end(id, { state: 'failed', reason: message.reason });
    }
  }

  /** Ends everything, and takes the received files from memory. */
  close(): void {
    for (const timer of this.#departures.values()) clearTimeout(timer);
    for (const { id, url } of this.#list.value) {
      this.#forget(id);
      if (url !== undefined) URL.revokeObjectURL(url);
    }
  }

  #tellOffer({ id, member, file, name, sha256 }: Outgoing): void {
    const transfer = this.#find(id);
    if (!transfer || !isOpen(transfer)) return;
    this.#tell(member, { type: 'offer', transfer: id, name, size: file.size, sha256 });
  }

  /** The sender offers again what has ended here: how it ended was lost. */
  #repeatLastWord(member: string, { id: transfer, with: sender, direction, state }: Transfer): void {
    if (sender !== member || direction !== 'receive') return;
    if (state === 'done') this.#tell(member, { type: 'done', transfer });
    else if (state === 'declined') this.#tell(member, { type: 'decline', transfer });
    else if (state === 'failed') this.#tell(member, { type: 'fail', transfer, reason: STOPPED });
  }

  #offered(member: string, message: FileMessage & { type: 'offer' }): void {
    const { transfer: id, name, size, sha256 } = message;
    const open = this.#list.value.filter((other) => other.with === member && isOpen(other));
    const reason =
      size > MAX_FILE_BYTES
        ? `At most ${mebibytes(MAX_FILE_BYTES)} can be sent.`
        : open.length >= MAX_OPEN
          ? 'Too many files are on their way already. Wait for them.'
          : undefined;
    if (reason !== undefined) {
      this.#tell(member, { type: 'fail', transfer: id, reason });
      return;
    }
    this.#incoming.set(id, { id, member, size, sha256, received: 0, pieces: [], unsaid: 0 });
    this.#add({ id, direction: 'receive', with: member, name, size, moved: 0, state: 'offered' });
  }

  /** Sends from here on, instead of whatever was being sent. */
  #start(outgoing: Outgoing, from: number): void {
    if (from > outgoing.file.size) return;
    this.#change(outgoing.id, { state: 'moving', moved: from });
    outgoing.sent = outgoing.acknowledged = from;
    outgoing.run += 1;
    outgoing.wake?.();
    void this.#stream(outgoing, outgoing.run);
  }

  async #stream(outgoing: Outgoing, run: number): Promise<void> {
    const { id, member, file } = outgoing;
    const isCurrent = (): boolean => outgoing.run === run && this.#outgoing.has(id);
    // One piece is sealed while the one before it leaves.
    let leaving: Promise<void> | undefined;
    try {
      while (isCurrent() && outgoing.sent < file.size) {
        // In large parts: each reading takes a browser as long as sending many pieces.
        const start = outgoing.sent;
        const part = new Uint8Array(await file.slice(start, start + WINDOW_BYTES).arrayBuffer());
        for (let at = 0; isCurrent() && at < part.length; ) {
          if (outgoing.sent - outgoing.acknowledged >= WINDOW_BYTES) {
            await new Promise<void>((resolve) => (outgoing.wake = resolve));
            continue;
          }
          const data = part.subarray(at, at + PIECE_BYTES);
          at += data.length;
          const offset = outgoing.sent;
          outgoing.sent += data.length;
          const next = this.#context.send(member, { type: 'piece', transfer: id, offset, data });
          await leaving;
          leaving = next;
        }
      }
    } catch {
      this.#fail(
        id,
        'The file could not be read at the other end.',
        'The file cannot be read any more: it was changed or removed. Choose it again.',
      );
    }
  }

  #acknowledge(outgoing: Outgoing, received: number): void {
    if (received > outgoing.sent || received < outgoing.acknowledged) return;
    outgoing.acknowledged = received;
    this.#change(outgoing.id, { moved: received });
    outgoing.wake?.();
  }

  #take(incoming: Incoming, offset: number, data: Uint8Array): void {
    const { id, member, size } = incoming;
    // After a break, what was on its way of the old stream comes before the new one.
    if (this.#find(id)?.state !== 'moving' || offset !== incoming.received) return;
    // Each piece is kept as it came: many small ones would be far more than the file.
    if (data.length !== Math.min(PIECE_BYTES, size - offset)) return;
    incoming.pieces.push(data as Uint8Array<ArrayBuffer>);
    incoming.received += data.length;
    incoming.unsaid += data.length;
    const isWhole = incoming.received === size;
    if (incoming.unsaid >= ACKNOWLEDGE_BYTES || isWhole) {
      incoming.unsaid = 0;
      this.#change(id, { moved: incoming.received });
      this.#tell(member, { type: 'acknowledge', transfer: id, received: incoming.received });
    }
    if (isWhole) void this.#finish(incoming);
  }

  async #finish(incoming: Incoming): Promise<void> {
    const { id, member, pieces, sha256 } = incoming;
    const blob = new Blob(pieces);
    pieces.length = 0;
    if ((await hash(blob)) !== sha256) {
      return this.#fail(
        id,
        'What arrived is not what was offered: the file was changed meanwhile. Send it again.',
        'What arrived is not what was offered: the file was changed meanwhile. Ask for it again.',
      );
    }
    const transfer = this.#find(id);
    if (!transfer || !isOpen(transfer)) return;
    this.#end(id, { state: 'done', moved: incoming.size, url: URL.createObjectURL(blob) });
    this.#tell(member, { type: 'done', transfer: id });
  }

  #fail(id: string, theirReason: string, reason: string): void {
    const transfer = this.#find(id);
    if (!transfer || !isOpen(transfer)) return;
    this.#tell(transfer.with, { type: 'fail', transfer: id, reason: theirReason });
    this.#end(id, { state: 'failed', reason });
  }

  #endAll(member: string, reason: string): void {
    for (const transfer of this.#list.value) {
      if (transfer.with === member && isOpen(transfer)) {
        this.#end(transfer.id, { state: 'failed', reason });
      }
    }
  }

  #end(id: string, changes: Partial<Transfer>): void {
    this.#forget(id);
    this.#change(id, changes);
    const inVain = this.#list.value.filter(({ state }) => state === 'failed' || state === 'declined');
    const oldest = inVain.length > MAX_IN_VAIN ? inVain[0] : undefined;
    if (oldest) this.#list.value = this.#list.value.filter((transfer) => transfer !== oldest);
  }

  #forget(id: string): void {
    this.#outgoing.get(id)?.wake?.();
    this.#outgoing.delete(id);
    this.#incoming.delete(id);
  }

  #tell(member: string, message: Message): void {
    void this.#context.send(member, message);
  }

  #find(id: string): Transfer | undefined {
    return this.#list.value.find((transfer) => transfer.id === id);
  }

  #add(transfer: Transfer): void {
    this.#list.value = [...this.#list.value, transfer];
  }

  #change(id: string, changes: Partial<Transfer>): void {
    this.#list.value = this.#list.value.map((transfer) =>
      transfer.id === id ? { ...transfer, ...changes } : transfer,
    );
  }
}

interface Outgoing {
  readonly id: string;
  readonly member: string;
  readonly file: File;
  readonly name: string;
  readonly sha256: string;
  /** In bytes. */
  sent: number;
  acknowledged: number;
  /** Grows when sending begins anew. */
  run: number;
  /** Goes on with what waits for the window. */
  wake?: () => void;
}

interface Incoming {
  readonly id: string;
  readonly member: string;
  readonly size: number;
  readonly sha256: string;
  /** In bytes. */
  received: number;
  /** Of these, not acknowledged yet. */
  unsaid: number;
  readonly pieces: Uint8Array<ArrayBuffer>[];
}

function isOpen({ state }: Transfer): boolean {
  return state === 'offered' || state === 'moving';
}

/** SHA-256 in hexadecimal. The browser has it for what is in memory only. */
async function hash(blob: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}

/** What a phone's browser can hold. */
export const MAX_FILE_BYTES = 256 * 2 ** 20;

/** The worker that seals a piece handles the frames too. */
export const PIECE_BYTES = 16 << 10;

/** What may be on its way: 100 ms of 80 Mbit/s. */
export const WINDOW_BYTES = 1 << 20;
const ACKNOWLEDGE_BYTES = WINDOW_BYTES / 8;

const MAX_OPEN = 20;

/** What came to nothing is shown for a while; a member could offer and fail without end. */
const MAX_IN_VAIN = 50;

const STOPPED = 'It was stopped at the other end.';
const DEPARTURE_MS = 60_000;
