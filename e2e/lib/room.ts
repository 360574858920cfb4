/** A room of members in one or several browsers, and the signalling between them. */

import type { Browser } from 'puppeteer-core';
import type { MemberOptions, Signal } from '../pages/member.ts';
import type { Tap } from '../workers/messages.ts';
import { flows, stop } from './flow.ts';
import { Member } from './member.ts';
import { Signalling } from './signalling.ts';

/** A signal that went through the relay. */
export interface Relayed {
  at: number;
  from: string;
  to: string | null;
  signal: Signal;
}

/**
 * The application: who is in the room, who is connected to whom.
 *
 * Its signalling forgets nobody. Who has left still gets every message, as from a server that is
 * not to be trusted.
 */
export class Room {
  /** All that was signalled. */
  readonly relayed: Relayed[] = [];
  /** Who is in the room, as its members are told. */
  readonly members: Member[] = [];

  readonly #browsers: Browser[];
  readonly #origin: string;
  readonly #signalling: Signalling;
  /** Everybody who ever was, by name. */
  readonly #known = new Map<string, Member>();
  /** Of these, those who were announced: others get no key messages. */
  readonly #announced = new Set<Member>();

  private constructor(browsers: Browser[], origin: string, signalling: Signalling) {
    this.#browsers = browsers;
    this.#origin = origin;
    this.#signalling = signalling;
  }

  /** @param browsers that the members come in, in turn. */
  static async open(browsers: Browser[], origin: string): Promise<Room> {
    const signalling = await Signalling.open((...signal) => room.#relay(...signal));
    const room = new Room(browsers, origin, signalling);
    return room;
  }

  /** Opens a page for a member of whom nobody knows yet. */
  async enter(id: string, options: Partial<MemberOptions> = {}): Promise<Member> {
    const browser = this.#browsers[this.#known.size % this.#browsers.length]!;
    const signalling = this.#signalling.urlFor(id);
    const all = { member: id, signalling, video: PICTURE, ...options };
    const member = await Member.enter(browser, this.#origin, all);
    this.#known.set(id, member);
    return member;
  }

  /** Tells everybody of a member, and it of them; returns when the two knew of each other. */
  async announce(member: Member): Promise<Map<string, number>> {
    this.#announced.add(member);
    const told = new Map<string, number>();
    for (const other of this.members) {
      const times = await Promise.all([
        other.run('memberJoined', member.id),
        member.run('memberJoined', other.id),
      ]);
      told.set(other.id, Math.max(...times));
    }
    this.members.push(member);
    return told;
  }

  /** Connects a member to all who are in the room. */
  async connect(member: Member): Promise<void> {
    for (const other of this.members) {
      if (other !== member) await member.run('connect', other.id);
    }
  }

  /** Brings in members, one after the other. */
  async join(ids: string[], options?: Partial<MemberOptions>): Promise<Member[]> {
    const joined: Member[] = [];
    for (const id of ids) {
      const member = await this.enter(id, options);
      await this.announce(member);
      await this.connect(member);
      joined.push(member);
    }
    return joined;
  }

  /** Reloads a member's page; the others are not told that it had gone. */
  async reload(member: Member): Promise<void> {
    await member.reload();
    for (const id of this.#idsBut(member)) {
      await member.run('memberJoined', id);
      await member.run('connect', id);
    }
  }

  /** Takes a member off the roster, and does nothing else; returns when the others heard of it. */
  async leave(member: Member): Promise<Map<string, number>> {
    this.members.splice(this.members.indexOf(member), 1);
    const told = this.members.map(
      async (other) => [other.id, await other.run('memberLeft', member.id)] as const,
    );
    return new Map(await Promise.all(told));
  }

  /** Resolves when everybody has secured everybody. */
  async secured(): Promise<void> {
    const all = this.members.map((member) => member.secures(this.#idsBut(member), PATIENCE_MS));
    await Promise.all(all);
  }

  /** Resolves when these have got so many pictures, and packets of sound, of each other. */
  async flows(frames = 15, members = this.members): Promise<void> {
    await flows(members, { frames, ms: PATIENCE_MS });
  }

  /** Whoever is or was here. */
  get everybody(): Member[] {
    return [...this.#known.values()];
  }

  /** Stops all cameras and microphones; resolves when all has landed that was under way. */
  async stop(): Promise<void> {
    await stop(this.members);
  }

  /** Every frame so far. */
  async taps(): Promise<Map<Member, Tap<Buffer>[]>> {
    const taps = this.everybody.map(async (member) => [member, await member.taps()] as const);
    return new Map(await Promise.all(taps));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#known.values()].map((member) => member.close()));
    await this.#signalling.close();
  }

  #idsBut(member: Member): string[] {
    return this.members.filter((other) => other !== member).map(({ id }) => id);
  }

  /** Brings a signal to a member, whoever it is from. */
  tell(member: Member, from: string, signal: Signal): void {
    this.#signalling.send(member.id, from, signal);
  }

  #relay(from: string, to: string | null, signal: Signal): void {
    this.relayed.push({ at: Date.now(), from, to, signal });
    for (const member of this.#known.values()) {
      if (member.id === from || (to !== null && to !== member.id)) continue;
      if ('key' in signal && !this.#announced.has(member)) continue;
      this.tell(member, from, signal);
    }
  }
}

/** Small, because every member encodes for, and decodes of, every other, all on one machine. */
const PICTURE = { width: 320, height: 240, frameRate: 10 };

/** For the same reason. */
const PATIENCE_MS = 30_000;
