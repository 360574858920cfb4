/** Declares tests, in groups that have browsers and servers in common. */

import { after, before, describe } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { Bench, type Equipment } from './bench.ts';
import { BROWSERS, launch, type BrowserName, type LaunchOptions } from './browsers.ts';

/** Each browser by itself. */
export const EACH: readonly (readonly BrowserName[])[] = BROWSERS.map((name) => [name]);
/** The same, and rooms whose members have different ones. */
export const EACH_AND_MIXED = [...EACH, BROWSERS];

/** Declares a group of tests. */
export function group(title: string, equipment: Equipment, body: (bench: Bench) => void): void {
  describe(title, () => {
    const bench = new Bench(equipment);
    before(() => bench.start(shared));
    after(() => bench.stop());
    body(bench);
  });
}

/** Declares a group of the same tests for each of some sets of browsers. */
export function inBrowsers(
  body: (bench: Bench) => void,
  { sets = EACH, title = '', ...equipment }: Variant = {},
): void {
  for (const browsers of sets) {
    group(`${browsers.join(' and ')} ${title}`.trimEnd(), { browsers, ...equipment }, body);
  }
}

export interface Variant extends Omit<Equipment, 'browsers'> {
  sets?: readonly (readonly BrowserName[])[];
  /** What is special about it. */
  title?: string;
}

/** Has something run beside the tests of a file or of a group. */
export function beside<T>(start: () => Promise<T>, end: (running: T) => Promise<void>): () => T {
  let running: T;
  before(async () => {
    running = await start();
  });
  after(() => end(running));
  return () => running;
}

/** By name, and whether they are verbose. */
const running = new Map<string, Promise<Browser>>();

/** All groups of a file have the same browsers: to start one takes as long as many a test. */
export function shared(name: BrowserName, { verbose = false }: LaunchOptions = {}): Promise<Browser> {
  const key = `${name} ${verbose}`;
  const browser = running.get(key) ?? launch(name, { verbose });
  running.set(key, browser);
  return browser;
}

after(async () => {
  for (const browser of running.values()) await (await browser).close();
});
