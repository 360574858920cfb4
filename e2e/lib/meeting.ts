/** A call of people who use the application's page: one room, and who is in it. */

import { randomBytes } from 'node:crypto';
import type { Browser } from 'puppeteer-core';
import type { BrowserName } from './browsers.ts';
import { Participant } from './participant.ts';

/** Where a room is. */
export interface RoomLink {
  room?: string;
  /** 32 bytes; `null` for a room without a secret. */
  secret?: Buffer | null;
  isSealed?: boolean;
  /** That everybody sends. */
  codec?: string;
  /** Whether pictures are numbered, and sound is a tone: see `pages/numbered-media.ts`. */
  isNumbered?: boolean;
}

/** The part of a link behind the origin. */
export function roomLink(link: RoomLink = {}): string {
  const { room, secret, isSealed = true, codec, isNumbered } = link;
  const query = [codec && `codec=${codec}`, isNumbered && 'numbered'].filter(Boolean).join('&');
  const path = `/r/${room ?? randomBytes(16).toString('base64url')}${query && `?${query}`}`;
  if (!isSealed) return `${path}#open`;
  return secret === null ? path : `${path}#k=${(secret ?? randomBytes(32)).toString('base64url')}`;
}

export class Meeting {
  /** Who is there. */
  readonly people: Participant[] = [];
  readonly #browsers: ReadonlyMap<BrowserName, Browser>;
  readonly #origin: string;
  /** Behind the origin. */
  readonly link: string;
  readonly #everybody: Participant[] = [];

  constructor(browsers: ReadonlyMap<BrowserName, Browser>, origin: string, link: RoomLink) {
    this.#browsers = browsers;
    this.#origin = origin;
    this.link = roomLink(link);
  }

  /** Opens any page of the application for somebody who is not in the room yet. */
  async open(
    name: string,
    browser: BrowserName,
    path: string,
    origin = this.#origin,
  ): Promise<Participant> {
    const url = `${origin}${path}`;
    const participant = await Participant.open(this.#browsers.get(browser)!, url, name);
    this.#everybody.push(participant);
    return participant;
  }

  /**
   * Brings somebody in.
   *
   * @param at the origin of another server or of a proxy before one, or a link that is not this room's.
   */
  async join(
    name: string,
    browser: BrowserName,
    at: { origin?: string; link?: string } = {},
  ): Promise<Participant> {
    const participant = await this.open(name, browser, at.link ?? this.link, at.origin);
    await participant.join();
    this.people.push(participant);
    return participant;
  }

  /** Brings in one member per browser named. */
  async joinAll<const Browsers extends readonly BrowserName[]>(
    browsers: Browsers,
  ): Promise<{ [Index in keyof Browsers]: Participant }> {
    const joined: Participant[] = [];
    for (const browser of browsers) joined.push(await this.join(NAMES[joined.length]!, browser));
    return joined as { [Index in keyof Browsers]: Participant };
  }

  /** Somebody leaves; resolves when their page says so. */
  async leave(participant: Participant): Promise<void> {
    await participant.leave();
    this.people.splice(this.people.indexOf(participant), 1);
  }

  /** Resolves when everybody finds those who are there, and nobody else. */
  async findEachOther(): Promise<void> {
    const others = (one: Participant) => this.people.filter((other) => other !== one);
    await Promise.all(this.people.map((one) => one.finds(others(one))));
  }

  /** Resolves when everybody has secured, sees and hears everybody. */
  async flows(people: readonly Participant[] = this.people): Promise<void> {
    await Promise.all(people.map((one) => one.secured()));
    await this.seeAndHear(people);
  }

  /** Resolves when everybody has seen and heard everybody from now on. */
  async seeAndHear(people: readonly Participant[] = this.people): Promise<void> {
    await Promise.all(
      people.map(async (one) => {
        await one.hears(people.length - 1);
        for (const other of people) if (other !== one) await one.sees(other);
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#everybody.map((participant) => participant.close()));
  }
}

const NAMES = ['Alice', 'Bob', 'Carol', 'Dave', 'Erin', 'Frank', 'Grace', 'Heidi'];
