/** Drives pages, which are modules of `pages/`, by the functions that they export. */

import type { Browser, Page } from 'puppeteer-core';
import { pack, unpack } from '../pages/travel.ts';

export type Task<Module> = keyof Module & string;
export type Arguments<Run> = Run extends (...args: infer Args) => unknown ? Args : never;
export type Result<Run> = Run extends (...args: never[]) => infer Returned ? Awaited<Returned> : never;

/** A page of any browser. */
export interface AnyPage<Module> {
  run<Name extends Task<Module>>(
    name: Name,
    ...args: Arguments<Module[Name]>
  ): Promise<Result<Module[Name]>>;
  close(): Promise<void>;
}

export class RemotePage<Module> implements AnyPage<Module> {
  readonly page: Page;

  constructor(page: Page) {
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

  /** Does something in the page: see its source. */
  async run<Name extends Task<Module>>(
    name: Name,
    ...args: Arguments<Module[Name]>
  ): Promise<Result<Module[Name]>> {
    const answer = await this.page.evaluate((...call) => window.run(...call), name, pack(args));
    return unpack(answer) as Result<Module[Name]>;
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}
