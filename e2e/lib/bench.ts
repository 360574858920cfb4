/** What the tests of a group have in common: browsers, and servers for the pages in them. */

import type { Browser } from 'puppeteer-core';
import { AppServer, type AppServerOptions } from './app-server.ts';
import { launch, type BrowserName } from './browsers.ts';
import { Call, type CallOptions } from './call.ts';
import { Meeting, type RoomLink } from './meeting.ts';
import { Opener, type Pages } from './opener.ts';
import { RemotePage } from './remote-page.ts';
import { Room } from './room.ts';
import { serve, type Server } from './server.ts';

export interface Equipment {
  browsers: readonly BrowserName[];
  /** The browsers log all that they can. */
  verbose?: boolean;
  /** Sent with every file of the test pages. */
  headers?: Record<string, string>;
  /** How the application's server is started, if there is one; a function for what is known only then. */
  app?: AppServerOptions | (() => Promise<AppServerOptions>);
}

export class Bench extends Opener {
  readonly browsers = new Map<BrowserName, Browser>();
  readonly #equipment: Equipment;
  readonly #logs: Buffer[][] = [];
  #pages: Server | undefined;
  #app: AppServer | undefined;

  constructor(equipment: Equipment) {
    super();
    this.#equipment = equipment;
  }

  /** Does something on a bench with browsers of its own. */
  static async with(equipment: Equipment, body: (bench: Bench) => Promise<void>): Promise<void> {
    const bench = new Bench(equipment);
    try {
      await bench.start();
      await body(bench);
    } finally {
      await Promise.all([...bench.browsers.values()].map((browser) => browser.close()));
      await bench.stop();
    }
  }

  /** @param browser starts one, or returns one that runs; whoever calls this ends it. */
  async start(browser: typeof launch = launch): Promise<void> {
    const { browsers, verbose, headers, app } = this.#equipment;
    for (const name of browsers) {
      const started = await browser(name, { verbose: verbose === true });
      this.browsers.set(name, started);
      const pieces: Buffer[] = [];
      started.process()?.stderr?.on('data', (piece: Buffer) => pieces.push(piece));
      this.#logs.push(pieces);
    }
    this.#pages = await serve(headers);
    if (app) this.#app = await AppServer.start(typeof app === 'function' ? await app() : app);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#pages?.close(), this.#app?.stop()]);
  }

  /** The first browser, or the only one. */
  get name(): BrowserName {
    return this.#equipment.browsers[0]!;
  }

  get browser(): Browser {
    return this.browsers.get(this.name)!;
  }

  /** The application's server. */
  get app(): AppServer {
    return this.#app!;
  }

  /** What each browser logged so far; bytes as latin1. */
  logs(): string[] {
    return this.#logs.map((pieces) => Buffer.concat(pieces).toString('latin1'));
  }

  override open<Name extends keyof Pages>(name: Name): Promise<RemotePage<Pages[Name]>> {
    return RemotePage.open(this.browser, this.#pages!.origin, name);
  }

  /** Opens a call, by default of two in this browser, does something with it, and closes it. */
  async call<Result>(
    options: CallOptions,
    body: (call: Call) => Promise<Result>,
    ends: readonly [BrowserName, BrowserName] = [this.name, this.name],
  ): Promise<Result> {
    const [alice, bob] = ends.map((name) => this.browsers.get(name)!) as [Browser, Browser];
    return using(await Call.open({ alice, bob }, this.#pages!.origin, options), body);
  }

  /** Opens an empty room, does something with it, and closes all of its pages. */
  async room(body: (room: Room) => Promise<void>): Promise<void> {
    await using(new Room([...this.browsers.values()], this.#pages!.origin), body);
  }

  /** Opens a room of the application, does something in it, and closes the pages of all. */
  async meeting(link: RoomLink, body: (meeting: Meeting) => Promise<void>): Promise<void> {
    await using(new Meeting(this.browsers, this.app.origin, link), body);
  }
}

async function using<T extends { close(): Promise<void> }, Result>(
  opened: T,
  body: (opened: T) => Promise<Result>,
): Promise<Result> {
  try {
    return await body(opened);
  } finally {
    await opened.close();
  }
}
