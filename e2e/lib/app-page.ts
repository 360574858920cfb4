/** A page of the application in a browser, and what there is to be seen in it. */

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
}
