/** Drives pages that measure something by themselves. */

import type { Browser } from 'puppeteer-core';
import type { CopiesApi } from '../pages/copies.ts';
import type { SoundApi } from '../pages/sound.ts';
import { RemotePage } from './remote-page.ts';

export class Copies extends RemotePage<CopiesApi> {
  static async open(browser: Browser, origin: string): Promise<Copies> {
    return new Copies(await RemotePage.show(browser, origin, 'copies'), 'copies');
  }
}

export class Sound extends RemotePage<SoundApi> {
  static async open(browser: Browser, origin: string): Promise<Sound> {
    return new Sound(await RemotePage.show(browser, origin, 'sound'), 'sound');
  }
}
