/** Whether an application that came by some way has a sealed call. */

import type { Browser } from 'puppeteer-core';
import type { End } from '../bundlers/app/call.ts';
import { Application } from './application.ts';
import type { Way } from './bundlers.ts';
import { until } from './until.ts';

/** What came of a call. */
export interface Verdict {
  /** Why there is none. */
  fault?: string;
  /** Where its workers came from. */
  worker?: 'file' | 'blob';
}

/** Makes the application, and serves it while something is done with it. */
export async function serving<T>(way: Way, body: (url: string) => Promise<T>): Promise<T> {
  const { bundler, program = bundler, mode, policy = '' } = way;
  const name = `${program} ${mode} ${policy}`.match(/\w+/g)!.join('-');
  const server = await way.serve(await Application.create(name));
  try {
    return await body(`${server.origin}/`);
  } finally {
    await server.close();
  }
}

/** Opens the application, and watches until its call is sealed, or has failed. */
export async function call(browser: Browser, url: string): Promise<Verdict> {
  const page = await browser.newPage();
  try {
    const response = await page.goto(url);
    if (!response?.ok()) return { fault: `status ${response?.status()}` };
    let fault: string | undefined;
    const isOver = async () => {
      // A server for development may load its page a second time.
      const seen = await page.evaluate(() => window.look?.()).catch(() => undefined);
      if (seen === undefined) return false;
      if ('failure' in seen) {
        fault = seen.failure;
        return true;
      }
      fault = faultOf(seen);
      return fault === undefined;
    };
    await until('a sealed call', isOver, CALL_MS).catch(() => (fault ??= 'the application did not start'));
    if (fault) return { fault };
    const [worker] = page.workers();
    return worker ? { worker: worker.url().startsWith('blob:') ? 'blob' : 'file' } : {};
  } finally {
    await page.close();
  }
}

/** What is wrong with a call so far, or still is to come. */
function faultOf(ends: End[]): string | undefined {
  for (const { pictures, flows } of ends) {
    if (pictures < PICTURES) return `${pictures} pictures decoded`;
    const names = flows.map(({ name }) => name).sort();
    if (names.join() !== FLOWS.join()) return `frames of ${names.join()}`;
    for (const { name, seen, passed, dropped, clear } of flows) {
      if (seen === 0 || clear > 0 || seen !== passed + dropped) {
        return `${name}: ${seen} frames seen, ${passed} passed, ${dropped} dropped, ${clear} in the clear`;
      }
    }
  }
  return undefined;
}

const FLOWS = ['audio receive', 'audio send', 'video receive', 'video send'];
const PICTURES = 10;

/** A server for development builds the application when it is asked for it. */
const CALL_MS = 40_000;
