/** Who is in the room, as the server tells it. */

import { visibleName } from './visible.ts';

export interface Member {
  readonly id: string;
  /** Chosen by the member; shown with nothing invisible in it, never trusted. */
  readonly name: string;
}

export interface RosterHandlers {
  joined(member: Member): void;
  left(id: string): void;
}

/**
 * Turns what the server says into who comes and who goes, each told once.
 *
 * A server that was started again knows nobody until they are back, all within seconds. Keys would
 * be changed and connections be broken for nothing if its first, short list were believed.
 */
export class Roster {
  readonly #handlers: RosterHandlers;
  readonly #members = new Map<string, Member>();
  /** Members that a new server has not named yet. */
  readonly #missing = new Map<string, ReturnType<typeof setTimeout>>();
  #server: string | undefined;

  constructor(handlers: RosterHandlers) {
    this.#handlers = handlers;
  }

  /** Takes the list that a server gives whom it lets in, and the name of that server's process. */
  welcome(server: string, members: readonly Member[]): void {
    const isRestarted = this.#server !== undefined && this.#server !== server;
    this.#server = server;
    for (const member of members) this.joined(member);

    const present = new Set(members.map(({ id }) => id));
    for (const id of [...this.#members.keys()]) {
      if (present.has(id)) continue;
      if (isRestarted) this.#miss(id);
      else if (!this.#missing.has(id)) this.left(id);
    }
  }

  joined(member: Member): void {
    this.#find(member.id);
    if (this.#members.has(member.id)) return;
    const shown = { ...member, name: visibleName(member.name) };
    this.#members.set(member.id, shown);
    this.#handlers.joined(shown);
  }

  left(id: string): void {
    this.#find(id);
    if (this.#members.delete(id)) this.#handlers.left(id);
  }

  /** Forgets everybody, and tells nobody. */
  close(): void {
    for (const timer of this.#missing.values()) clearTimeout(timer);
    this.#missing.clear();
    this.#members.clear();
  }

  #miss(id: string): void {
    if (this.#missing.has(id)) return;
    this.#missing.set(
      id,
      setTimeout(() => this.left(id), GRACE_MS),
    );
  }

  #find(id: string): void {
    clearTimeout(this.#missing.get(id));
    this.#missing.delete(id);
  }
}

/** Pages come back within 2 s of a server that does; slow ones get five times as long. */
const GRACE_MS = 10_000;
