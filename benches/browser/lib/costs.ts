/** Drives the page in which frames are measured: `pages/costs.ts`. */

import type { Browser } from 'puppeteer-core';
import { RemotePage } from '../../../e2e/lib/remote-page.ts';
import type { CostsApi } from '../pages/costs.ts';

export class Costs extends RemotePage<CostsApi> {
  static async open(browser: Browser, origin: string): Promise<Costs> {
    return new Costs(await RemotePage.show(browser, origin, 'costs'), 'costs');
  }
}
