/** Drives a page by the functions that it keeps on its `window`, under its own name. */

import type { Browser, Page } from 'puppeteer-core';

/** Functions by name. */
export type Api = Record<string, (...args: never[]) => unknown>;

export class RemotePage<Functions extends Api> {
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
    const result: unknown = await this.page.evaluate(
      (object, name, args) => Reflect.apply(Reflect.get(window, object)[name], undefined, args),
      this.#name,
      name,
      args as unknown[],
    );
    return result as Awaited<ReturnType<Functions[Name]>>;
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}
