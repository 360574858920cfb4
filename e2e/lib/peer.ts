/** Drives one end of a call, `pages/peer.ts`, in a page of its own. */

import type { Browser } from 'puppeteer-core';
import type { PeerApi, PeerOptions } from '../pages/peer.ts';
import { TappedPage } from './tapped-page.ts';

export class Peer extends TappedPage<PeerApi> {
  /** Opens a page and, with `options`, the end of the call in it. */
  static async open(browser: Browser, origin: string, options?: PeerOptions): Promise<Peer> {
    const peer = new Peer(await TappedPage.show(browser, origin, 'peer'), 'peer');
    if (options) await peer.run('open', options);
    return peer;
  }
}

/** One offer and its answer. */
export async function negotiate(offerer: Peer, answerer: Peer): Promise<void> {
  await answerer.run('setRemote', await offerer.run('setLocal'));
  await offerer.run('setRemote', await answerer.run('setLocal'));
}
