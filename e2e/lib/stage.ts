/** Where a call takes place: browsers, and a server for the application's page. */

import { after, before, describe } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { AppServer, type AppServerOptions } from './app-server.ts';
import { launch, type BrowserName } from './browsers.ts';
import { Participant, roomLink, type RoomLink } from './participant.ts';

export class Stage {
  readonly browsers = new Map<BrowserName, Browser>();
  #server: AppServer | undefined;

  async start(names: readonly BrowserName[], server: AppServerOptions): Promise<void> {
    this.#server = await AppServer.start(server);
    const browsers = await Promise.all(names.map((name) => launch(name)));
    for (const [index, browser] of browsers.entries()) this.browsers.set(names[index]!, browser);
  }

  get server(): AppServer {
    return this.#server!;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.browsers.values()].map((browser) => browser.close()));
    await this.#server?.stop();
  }

  /** Opens a room, does something in it, and closes the pages of all who were there. */
  async call(link: RoomLink, body: (call: StagedCall) => Promise<void>): Promise<void> {
    const call = new StagedCall(this, roomLink(link));
    try {
      await body(call);
    } finally {
      await call.close();
    }
  }
}

/** One room, and who is in it. */
export class StagedCall {
  /** Who is there. */
  readonly people: Participant[] = [];
  /** Behind the origin. */
  readonly link: string;
  readonly #stage: Stage;
  readonly #everybody: Participant[] = [];

  constructor(stage: Stage, link: string) {
    this.#stage = stage;
    this.link = link;
  }

  /**
   * Brings somebody in.
   *
   * @param origin of the server, if not the stage's, or of a proxy before it.
   * @param link if it is not this room's.
   */
  async join(
    name: string,
    browser: BrowserName,
    { origin = this.#stage.server.origin, link = this.link } = {},
  ): Promise<Participant> {
    const url = `${origin}${link}`;
    const participant = await Participant.join(this.#stage.browsers.get(browser)!, url, name);
    this.#everybody.push(participant);
    this.people.push(participant);
    return participant;
  }

  /** Opens any page of the application for somebody who is not in the room yet. */
  async open(name: string, browser: BrowserName, path: string): Promise<Participant> {
    const url = `${this.#stage.server.origin}${path}`;
    const participant = await Participant.open(this.#stage.browsers.get(browser)!, url, name);
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

/** Declares tests that share browsers and a server. */
export function onStage(
  title: string,
  { browsers, server = {} }: StageOptions,
  body: (stage: Stage) => void,
): void {
  describe(title, () => {
    const stage = new Stage();
    before(async () => stage.start(browsers, typeof server === 'function' ? await server() : server));
    after(() => stage.stop());
    body(stage);
  });
}

export interface StageOptions {
  browsers: readonly BrowserName[];
  /** How the server is started; a function for what is known only then. */
  server?: AppServerOptions | (() => Promise<AppServerOptions>);
}

const NAMES = ['Alice', 'Bob', 'Carol', 'Dave', 'Erin', 'Frank', 'Grace', 'Heidi'];
