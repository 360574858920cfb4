//! A group of tests for each browser, with the pages served.

import { after, before, describe } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { BROWSERS, launch, type BrowserName } from './browsers.ts';
import { Call, type CallOptions } from './call.ts';
import { Peer } from './peer.ts';
import { serve, type Server } from './server.ts';

/** What the tests of one browser have in common. */
export class Bench {
  readonly name: BrowserName;
  #browser: Browser | undefined;
  #server: Server | undefined;

  constructor(name: BrowserName) {
    this.name = name;
  }

  get origin(): string {
    return this.#server!.origin;
  }

  async start(headers?: Record<string, string>): Promise<void> {
    [this.#browser, this.#server] = await Promise.all([launch(this.name), serve(headers)]);
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
    await this.#server?.close();
  }

  /** A page of the package's user, without a call. */
  peer(): Promise<Peer> {
    return Peer.open(this.#browser!, this.origin);
  }

  /** Opens a call in this browser, does something with it, and closes it. */
  async call(options: CallOptions, body: (call: Call) => Promise<void>): Promise<void> {
    const browsers = { alice: this.#browser!, bob: this.#browser! };
    const call = await Call.open(browsers, this.origin, options);
    try {
      await body(call);
    } finally {
      await call.close();
    }
  }
}

/** Declares tests for every browser, or for those named. */
export function inBrowsers(
  body: (bench: Bench) => void,
  { browsers = BROWSERS, headers }: { browsers?: readonly BrowserName[]; headers?: Record<string, string> } = {},
): void {
  for (const name of browsers) {
    describe(name, () => {
      const bench = new Bench(name);
      before(() => bench.start(headers));
      after(() => bench.stop());
      body(bench);
    });
  }
}
