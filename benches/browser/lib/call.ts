/** Drives the page that has a call with itself: `pages/call.ts`. */

import type { Browser } from 'puppeteer-core';
import { RemotePage } from '../../../e2e/lib/remote-page.ts';
import type { CallApi } from '../pages/call.ts';

export class Call extends RemotePage<CallApi> {
  static async open(browser: Browser, origin: string): Promise<Call> {
    return new Call(await RemotePage.show(browser, origin, 'call'), 'call');
  }
}
