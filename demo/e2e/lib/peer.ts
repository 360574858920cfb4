/** Drives one end of a call, `pages/peer.ts`, in a page of its own. */

import type { Browser, Page } from 'puppeteer-core';
import type { PeerApi, PeerOptions } from '../pages/peer.ts';
import type { Tap } from '../workers/tapped-frame.ts';

export class Peer {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** Opens a page and, with `options`, the end of the call in it. */
  static async open(browser: Browser, origin: string, options?: PeerOptions): Promise<Peer> {
    const page = await browser.newPage();
    await page.goto(`${origin}/pages/peer.html`);
    const peer = new Peer(page);
    if (options) await peer.run('open', options);
    return peer;
  }

  /** Does something in the page: see the functions of `pages/peer.ts`. */
  async run<Name extends keyof PeerApi>(
    name: Name,
    ...args: Parameters<PeerApi[Name]>
  ): Promise<Awaited<ReturnType<PeerApi[Name]>>> {
    const result: unknown = await this.page.evaluate(
      (name, args) => Reflect.apply(window.peer[name as keyof PeerApi], undefined, args),
      name,
      args,
    );
    return result as Awaited<ReturnType<PeerApi[Name]>>;
  }

  /** Every frame so far, as the worker got and gave it. */
  async taps(): Promise<Tap<Buffer>[]> {
    return (await this.run('taps')).map(fromText);
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}

/** One offer and its answer. */
export async function negotiate(offerer: Peer, answerer: Peer): Promise<void> {
  await answerer.run('setRemote', await offerer.run('setLocal'));
  await offerer.run('setRemote', await answerer.run('setLocal'));
}

function fromText({ before, after, ...tap }: Tap<string>): Tap<Buffer> {
  const decode = (frames: Tap<string>['before']): Tap<Buffer>['before'] =>
    frames.map((frame) => ({ ...frame, data: Buffer.from(frame.data, 'base64') }));
  return { ...tap, before: decode(before), after: decode(after) };
}
