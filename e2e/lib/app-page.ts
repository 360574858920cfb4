/** A page of the application in a browser, and what there is to be seen in it. */

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'puppeteer-core';

export class AppPage {
  readonly page: Page;
  /** What the page and its browser complained about. */
  readonly complaints: string[] = [];

  protected constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
  }

  async click(selector: string): Promise<void> {
    await this.page.waitForSelector(selector, { visible: true });
    await this.page.click(selector);
  }

  async fill(selector: string, text: string): Promise<void> {
    await this.page.waitForSelector(selector, { visible: true });
    await this.page.$eval(selector, (field) => (field as HTMLInputElement).select());
    await this.page.type(selector, text);
  }

  /** What an element says, `''` if there is none. */
  async text(selector: string): Promise<string> {
    return this.page.evaluate(
      (selector) => document.querySelector(selector)?.textContent?.trim() ?? '',
      selector,
    );
  }

  async attribute(selector: string, name: string): Promise<string | null> {
    return this.page.evaluate(
      (selector, name) => document.querySelector(selector)?.getAttribute(name) ?? null,
      selector,
      name,
    );
  }

  /** A few pixels of what a video shows now: cameras never show the same again. */
  async picture(selector: string): Promise<string | undefined> {
    return this.page.evaluate((selector) => {
      const video = document.querySelector<HTMLVideoElement>(selector);
      if (!video || video.readyState < 2) return undefined;
      const context = new OffscreenCanvas(32, 18).getContext('2d')!;
      context.drawImage(video, 0, 0, 32, 18);
      return context.getImageData(0, 0, 32, 18).data.join();
    }, selector);
  }

  /** Whether the video has shown more than so many pictures since this question was made. */
  hasMoved(selector: string, times: number): () => Promise<boolean> {
    const seen = new Set<string>();
    return async () => {
      const picture = await this.picture(selector);
      return picture !== undefined && seen.add(picture).size > times;
    };
  }

  /** What axe-core has to say of the page, by day and by night. */
  async barriers(): Promise<string[]> {
    const { page } = this;
    await page.evaluate(await readFile(AXE, 'utf8'));
    // Only Chromium can be told which colours to prefer.
    const isChromium = (await page.browser().version()).includes('Chrome');
    const found: string[] = [];
    for (const value of isChromium ? ['dark', 'light'] : ['light']) {
      if (isChromium) await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
      const { violations } = await page.evaluate(
        (): Promise<AxeResults> => Reflect.get(window, 'axe').run(),
      );
      for (const { id, impact, nodes } of violations) {
        found.push(`${value}: ${impact} ${id}: ${nodes.map(({ html }) => html)}`);
      }
    }
    return found;
  }

  /** Presses Tab so often, or until this has the focus; tells what had it, and what it looked like. */
  async tab(presses: number, last?: string): Promise<{ name: string; isSeen: boolean }[]> {
    const reached: { name: string; isSeen: boolean }[] = [];
    while (reached.length < presses) {
      await this.page.keyboard.press('Tab');
      const focus = await this.page.evaluate(() => {
        const { activeElement } = document;
        const shown = activeElement?.closest('label') ?? activeElement;
        const isSeen = shown !== null && getComputedStyle(shown).outlineStyle !== 'none';
        return { name: activeElement?.getAttribute('name') ?? activeElement?.id ?? '', isSeen };
      });
      reached.push(focus);
      if (focus.name === last) break;
    }
    return reached;
  }
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
