/** A call of people who use the application's page: one room, and who is in it. */

import type { Browser } from 'puppeteer-core';
import type { BrowserName } from './browsers.ts';
import { Participant } from './participant.ts';

export class Meeting {
  /** Who is there. */
  readonly people: Participant[] = [];
  /** Behind the origin. */
  readonly link: string;
  readonly #browsers: ReadonlyMap<BrowserName, Browser>;
  readonly #origin: string;
  readonly #everybody: Participant[] = [];

  constructor(browsers: ReadonlyMap<BrowserName, Browser>, origin: string, link: string) {
    this.#browsers = browsers;
    this.#origin = origin;
    this.link = link;
  }

  /**
   * Brings somebody in.
   *
   * @param origin of another server, or of a proxy before one.
   * @param link if it is not this room's.
   */
  async join(
    name: string,
    browser: BrowserName,
    { origin = this.#origin, link = this.link } = {},
  ): Promise<Participant> {
    const url = `${origin}${link}`;
    const participant = await Participant.join(this.#browsers.get(browser)!, url, name);
    this.#everybody.push(participant);
    this.people.push(participant);
    return participant;
  }

  /** Opens any page of the application for somebody who is not in the room yet. */
  async open(name: string, browser: BrowserName, path: string): Promise<Participant> {
    const url = `${this.#origin}${path}`;
    const participant = await Participant.open(this.#browsers.get(browser)!, url, name);
    this.#everybody.push(participant);
    return participant;
  }

  /** All who are there but one. */
  others(participant: Participant): Participant[] {
    return this.people.filter((other) => other !== participant);
  }

  /** Brings in one member per browser named. */
  async joinAll(browsers: readonly BrowserName[]): Promise<Participant[]> {
    for (const [index, browser] of browsers.entries()) await this.join(NAMES[index]!, browser);
    return this.people;
  }

  /** Somebody is not there any more, for the methods below. */
  forget(participant: Participant): void {
    this.people.splice(this.people.indexOf(participant), 1);
  }

  /** Resolves when everybody has secured, sees and hears everybody. */
  async flows(people: readonly Participant[] = this.people): Promise<void> {
    await Promise.all(people.map((one) => one.secured()));
    await Promise.all(
      people.map(async (one) => {
        const others = people.filter((other) => other !== one);
        await one.hears(others.length);
        for (const other of others) await one.sees(other);
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#everybody.map((participant) => participant.close()));
  }
}

const NAMES = ['Alice', 'Bob', 'Carol', 'Dave', 'Erin', 'Frank', 'Grace', 'Heidi'];
