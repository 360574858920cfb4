/** Drives a page whose worker is tapped. */

import type { Browser, Page } from 'puppeteer-core';
import type { Tap } from '../workers/tapped-frame.ts';

/** Functions that a page keeps on its `window`, under one name. */
type Api = Record<string, (...args: never[]) => unknown>;

export class TappedPage<Functions extends Api & { taps(): Promise<Tap<string>[]> }> {
  readonly page: Page;
  readonly #name: string;

  /** @param name of the page, of its object on `window`, and of its file. */
  protected constructor(page: Page, name: string) {
    this.page = page;
    this.#name = name;
  }

  protected static async show(browser: Browser, origin: string, name: string): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(`${origin}/pages/${name}.html`);
    return page;
  }

  /** Does something in the page: see its source. */
  async run<Name extends keyof Functions & string>(
    name: Name,
    ...args: Parameters<Functions[Name]>
  ): Promise<Awaited<ReturnType<Functions[Name]>>> {
    return this.#call<Awaited<ReturnType<Functions[Name]>>>(name, args);
  }

  /** Every frame so far, as the worker got and gave it. */
  async taps(): Promise<Tap<Buffer>[]> {
    return (await this.#call<Tap<string>[]>('taps')).map(fromText);
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  async #call<Result>(name: string, args: unknown[] = []): Promise<Result> {
    const result: unknown = await this.page.evaluate(
      (object, name, args) => Reflect.apply(Reflect.get(window, object)[name], undefined, args),
      this.#name,
      name,
      args,
    );
    return result as Result;
  }
}

function fromText({ before, after, ...tap }: Tap<string>): Tap<Buffer> {
  const decode = (frames: Tap<string>['before']): Tap<Buffer>['before'] =>
    frames.map((frame) => ({ ...frame, data: Buffer.from(frame.data, 'base64') }));
  return { ...tap, before: decode(before), after: decode(after) };
}
