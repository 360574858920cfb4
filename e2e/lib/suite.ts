/** A group of tests for each browser, with the pages served. */

import { after, before, describe } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { BROWSERS, launch, type BrowserName } from './browsers.ts';
import { Call, type CallOptions } from './call.ts';
import { Room } from './room.ts';
import { serve, type Server } from './server.ts';

/** What the tests of one browser have in common. */
export class Bench {
  readonly name: BrowserName;
  #browser: Browser | undefined;
  #server: Server | undefined;

  constructor(name: BrowserName) {
    this.name = name;
  }

  async start(headers?: Record<string, string>): Promise<void> {
    [this.#browser, this.#server] = await Promise.all([launch(this.name), serve(headers)]);
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
    await this.#server?.close();
  }

  /** Opens one of `pages/`. */
  async page(name: string): Promise<Page> {
    const page = await this.#browser!.newPage();
    await page.goto(`${this.#server!.origin}/pages/${name}.html`);
    return page;
  }

  /** Opens something else in this browser. */
  async open<T>(make: (browser: Browser, origin: string) => Promise<T>): Promise<T> {
    return make(this.#browser!, this.#server!.origin);
  }

  /** Opens a call in this browser, does something with it, and closes it. */
  async call(options: CallOptions, body: (call: Call) => Promise<void>): Promise<void> {
    const browsers = { alice: this.#browser!, bob: this.#browser! };
    const call = await Call.open(browsers, this.#server!.origin, options);
    try {
      await body(call);
    } finally {
      await call.close();
    }
  }
}

/** Declares tests for every browser, or for those named. */
export function inBrowsers(body: (bench: Bench) => void, variant: Variant = {}): void {
  const { browsers = BROWSERS, title, headers } = variant;
  for (const name of browsers) {
    describe(title ? `${name} ${title}` : name, () => {
      const bench = new Bench(name);
      before(() => bench.start(headers));
      after(() => bench.stop());
      body(bench);
    });
  }
}

/** What the tests of rooms in the same browsers have in common. */
export class RoomBench {
  readonly #names: readonly BrowserName[];
  #logs: Buffer[][] = [];
  #browsers: Browser[] = [];
  #server: Server | undefined;

  constructor(names: readonly BrowserName[]) {
    this.#names = names;
  }

  async start(verbose = false): Promise<void> {
    const browsers = this.#names.map((name) => launch(name, verbose));
    [this.#server, ...this.#browsers] = await Promise.all([serve(), ...browsers]);
    this.#logs = this.#browsers.map((browser) => {
      const pieces: Buffer[] = [];
      browser.process()?.stderr?.on('data', (piece: Buffer) => pieces.push(piece));
      return pieces;
    });
  }

  /** What each browser logged so far; bytes as latin1. */
  logs(): string[] {
    return this.#logs.map((pieces) => Buffer.concat(pieces).toString('latin1'));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#browsers.map((browser) => browser.close()));
    await this.#server?.close();
  }

  /** Opens an empty room, does something with it, and closes all of its pages. */
  async room(body: (room: Room) => Promise<void>): Promise<void> {
    const room = await Room.open(this.#browsers, this.#server!.origin);
    try {
      await body(room);
    } finally {
      await room.close();
    }
  }
}

/** Declares tests for rooms in each browser, and for rooms where the members' browsers differ. */
export function inRooms(
  body: (bench: RoomBench) => void,
  { title = '', verbose = false, mixed = true }: RoomVariant = {},
): void {
  for (const names of [...BROWSERS.map((name) => [name]), ...(mixed ? [BROWSERS] : [])]) {
    describe(`${names.join(' and ')} ${title}`.trimEnd(), () => {
      const bench = new RoomBench(names);
      before(() => bench.start(verbose));
      after(() => bench.stop());
      body(bench);
    });
  }
}

export interface Variant {
  browsers?: readonly BrowserName[];
  /** What is special about it. */
  title?: string;
  /** Sent with every file. */
  headers?: Record<string, string>;
}

export interface RoomVariant {
  /** What is special about it. */
  title?: string;
  /** The browsers log all that they can. */
  verbose?: boolean;
  /** `false`: every room is of one browser. */
  mixed?: boolean;
}
