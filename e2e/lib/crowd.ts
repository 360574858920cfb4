/** Drives one member in a room with many others: `pages/crowd.ts`. */

import type { Browser } from 'puppeteer-core';
import type { CrowdApi } from '../pages/crowd.ts';
import { RemotePage } from './remote-page.ts';

/** With them, a page has clocks of 5 (Chromium) and 20 µs (Firefox) instead of 0.1 and 1 ms. */
export const FINE_CLOCKS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** Members besides the one who is measured. */
export const OTHERS = 49;

export class Crowd extends RemotePage<CrowdApi> {
  static async open(browser: Browser, origin: string): Promise<Crowd> {
    const crowd = new Crowd(await RemotePage.show(browser, origin, 'crowd'), 'crowd');
    await crowd.run('open', OTHERS);
    return crowd;
  }
}
