/** What a member has to say to the others, until the server has it. */

/** Something to be passed on. */
export interface Relay {
  /** A member; `null`: all others in the room. */
  readonly to: string | null;
  /** In base64. */
  readonly data: string;
  /** A key message: it holds all that the one before it held, and comes again by itself if lost. */
  readonly isKey: boolean;
  /** Its number, from when it is sent. */
  seq: number | undefined;
}

/**
 * Numbers what is sent, and keeps it until the server has it: a socket that broke may have lost it.
 *
 * The server takes so many messages per second, and one who joins and leaves all the time makes the
 * package write more key messages than that. So only the newest to each receiver waits, and none to
 * who has left: else those that matter would come after hundreds that do not.
 */
export class Outbox {
  /** Not sent yet, or to be sent again. */
  #waiting: Relay[] = [];
  /** Sent, and perhaps lost. */
  #unconfirmed: Relay[] = [];
  /** Number of the last message that was sent. */
  #sent = 0;

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Takes something that is to be sent. A key message takes the place of the one before it. */
  add(to: string | null, data: string, isKey: boolean): void {
    const added: Relay = { to, data, isKey, seq: undefined };
    const before = isKey ? this.#waiting.findIndex((relay) => isNewKey(relay) && relay.to === to) : -1;
    if (before >= 0) this.#waiting[before] = added;
    else this.#waiting.push(added);
    // Whoever is away for so long that this is not enough has to begin anew in any case.
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
  }

  /** Takes out what is to be sent next, with its number. */
  next(): Relay | undefined {
    const relay = this.#waiting.shift();
    if (!relay) return undefined;
    relay.seq ??= ++this.#sent;
    this.#unconfirmed.push(relay);
    return relay;
  }

  /** The server got everything up to this number. */
  confirm(received: number): void {
    this.#unconfirmed = this.#unconfirmed.filter(({ seq = 0 }) => seq > received);
  }

  /** Goes on at a new connection, in the same seat: what the server has not got is sent again. */
  resume(received: number): void {
    this.confirm(received);
    this.#waiting = [...this.#unconfirmed, ...this.#waiting];
    this.#unconfirmed = [];
  }

  /**
   * Begins to count anew, in a new seat. What was sent to the old one is sent again, unless it is a
   * key message: nobody knows what came of it, and the package asks for what is missing.
   */
  restart(): void {
    this.resume(0);
    this.#sent = 0;
    this.#waiting = this.#waiting.filter((relay) => !relay.isKey || isNewKey(relay));
    for (const relay of this.#waiting) relay.seq = undefined;
  }

  /** Drops the key messages that wait for members who are gone. */
  forget(isGone: (member: string) => boolean): void {
    this.#waiting = this.#waiting.filter(
      (relay) => !isNewKey(relay) || relay.to === null || !isGone(relay.to),
    );
  }

  clear(): void {
    this.#waiting = [];
    this.#unconfirmed = [];
  }
}

/** One with a number may have arrived: another under its number would be taken for a repeat. */
function isNewKey({ isKey, seq }: Relay): boolean {
  return isKey && seq === undefined;
}

/** Some 50 negotiations' worth. */
const MAX_WAITING = 1000;
