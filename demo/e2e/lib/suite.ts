/** A group of tests for each browser, with the pages served. */

import { after, before, describe } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { BROWSERS, launch, type BrowserName } from './browsers.ts';
import { Call, type CallOptions } from './call.ts';
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

export interface Variant {
  browsers?: readonly BrowserName[];
  /** What is special about it. */
  title?: string;
  /** Sent with every file. */
  headers?: Record<string, string>;
}
