/** Drives the page that measures how old pictures are: `pages/latency.ts`. */

import type { Browser } from 'puppeteer-core';
import type { LatencyApi } from '../pages/latency.ts';
import { RemotePage } from './remote-page.ts';

export class Latency extends RemotePage<LatencyApi> {
  static async open(browser: Browser, origin: string): Promise<Latency> {
    return new Latency(await RemotePage.show(browser, origin, 'latency'), 'latency');
  }
}
