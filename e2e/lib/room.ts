/** A room of members in one or several browsers, whose keys go by way of the driver. */

import type { Browser } from 'puppeteer-core';
import type { MemberOptions } from '../pages/member.ts';
import type { Tap } from '../workers/messages.ts';
import { flows, stop } from './flow.ts';
import { Member, negotiate } from './member.ts';

/** A key message. */
export interface Relayed {
  from: string;
  message: Buffer;
}

/**
 * The application: who is in the room, who is connected to whom.
 *
 * It forgets nobody. Who has left still gets every key message, as from a server that is not to be
 * trusted.
 */
export class Room {
  /** All that the members told each other. */
  readonly relayed: Relayed[] = [];
  /** Who is in the room, as its members are told. */
  readonly members: Member[] = [];
  /** Whoever is or was here. */
  readonly everybody: Member[] = [];

  readonly #browsers: Browser[];
  readonly #origin: string;
  /** Others get no key messages. */
  readonly #announced = new Set<Member>();

  /** @param browsers that the members come in, in turn. */
  constructor(browsers: Browser[], origin: string) {
    this.#browsers = browsers;
    this.#origin = origin;
  }

  /** Opens a page for a member of whom nobody knows yet. */
  async enter(id: string, options: Partial<MemberOptions> = {}): Promise<Member> {
    const browser = this.#browsers[this.everybody.length % this.#browsers.length]!;
    const all = { member: id, video: PICTURE, ...options };
    const tell = (to: string | null, message: string) =>
      this.#relay(id, to, Buffer.from(message, 'base64'));
    const member = await Member.enter(browser, this.#origin, all, tell);
    this.everybody.push(member);
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

  /** Connects a member to all who are in the room, with camera and microphone both ways. */
  async connect(member: Member): Promise<void> {
    await Promise.all(this.#allBut(member).map((other) => connect(member, other)));
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
    for (const { id } of this.#allBut(member)) await member.run('memberJoined', id);
    await this.connect(member);
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
    const all = this.members.map((member) => {
      const ids = this.#allBut(member).map(({ id }) => id);
      return member.secures(ids, PATIENCE_MS);
    });
    await Promise.all(all);
  }

  /** Resolves when these have got so many pictures, and packets of sound, of each other. */
  async flows(frames = 15, members = this.members): Promise<void> {
    await flows(members, { frames, ms: PATIENCE_MS });
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
    await Promise.all(this.everybody.map((member) => member.close()));
  }

  #allBut(member: Member): Member[] {
    return this.members.filter((other) => other !== member);
  }

  #relay(from: string, to: string | null, message: Buffer): void {
    this.relayed.push({ from, message });
    for (const member of this.#announced) {
      if (member.id === from || (to !== null && to !== member.id)) continue;
      // A page that has gone hears nothing.
      member.run('receive', from, message).catch(() => {});
    }
  }
}

async function connect(one: Member, other: Member): Promise<void> {
  for (const [here, there] of [[one, other], [other, one]] as const) {
    await here.run('openConnection', there.id);
    await here.addTracks(there.id);
  }
  await negotiate(one, other);
}

/** Small, because every member encodes for, and decodes of, every other, all on one machine. */
const PICTURE = { width: 320, height: 240, frameRate: 10 };

/** For the same reason. */
const PATIENCE_MS = 30_000;
