/** Drives a page, which is a module of `pages/`, by the functions that it exports. */

import type { Browser, Page } from 'puppeteer-core';
import { pack, unpack } from '../pages/travel.ts';

export type Task<Module> = keyof Module & string;
export type Arguments<Run> = Run extends (...args: infer Args) => unknown ? Args : never;
export type Result<Run> = Run extends (...args: never[]) => infer Returned ? Awaited<Returned> : never;

/** A page of any browser. */
export abstract class AnyPage<Module> {
  /** Does something in the page: see its source. */
  async run<Name extends Task<Module>>(
    name: Name,
    ...args: Arguments<Module[Name]>
  ): Promise<Result<Module[Name]>> {
    return unpack(await this.call(name, pack(args))) as Result<Module[Name]>;
  }

  abstract close(): Promise<void>;

  /** Calls `window.run()` there. */
  protected abstract call(name: string, args: string): Promise<string>;
}

export class RemotePage<Module> extends AnyPage<Module> {
  readonly page: Page;

  constructor(page: Page) {
    super();
    this.page = page;
  }

  static async show(browser: Browser, origin: string, name: string): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(`${origin}/pages/${name}.html`);
    return page;
  }

  /** @param name of the module; the type has to be that of its import. */
  static async open<Module>(
    browser: Browser,
    origin: string,
    name: string,
  ): Promise<RemotePage<Module>> {
    return new RemotePage(await RemotePage.show(browser, origin, name));
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  protected call(name: string, args: string): Promise<string> {
    return this.page.evaluate((name, args) => window.run(name, args), name, args);
  }
}
