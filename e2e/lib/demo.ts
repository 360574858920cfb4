//! The demo page that takes a call apart, in a browser.

import assert from 'node:assert/strict';
import type { Browser, Page } from 'puppeteer-core';
import { until } from './until.ts';

/** What the page says of the call: see `demo/page/inspect/health.ts`. */
export type State = 'starting' | 'playing' | 'waiting' | 'problem' | 'stopped';

/** The page, and what it shows. */
export class DemoPage {
  readonly page: Page;
  /** What the browser complained about: errors, and what the policy forbade. */
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' || text.startsWith(VIOLATION)) this.complaints.push(text);
    });
  }

  /** @param first is done in the page before its own scripts run. */
  static async open(browser: Browser, origin: string, first?: () => void): Promise<DemoPage> {
    const page = await browser.newPage();
    const demo = new DemoPage(page);
    await page.evaluateOnNewDocument((violation) => {
      addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
        console.warn(`${violation} ${violatedDirective} ${blockedURI}`);
      });
    }, VIOLATION);
    if (first) await page.evaluateOnNewDocument(first);
    await page.goto(`${origin}/inspect/`);
    return demo;
  }

  async click(selector: string): Promise<void> {
    await this.page.click(selector);
  }

  /** Chooses one of several, by the value of its radio button. */
  async choose(value: string): Promise<void> {
    await this.page.click(`label:has(input[value="${value}"])`);
  }

  /** Resolves when the page says so. */
  async reaches(state: State, ms?: number): Promise<void> {
    const what = `the page to say "${state}"`;
    await until(what, async () => (await this.state()) === state, ms);
  }

  async state(): Promise<State> {
    return (await this.attribute('#status', 'data-state')) as State;
  }

  async attribute(selector: string, name: string): Promise<string | null> {
    return this.page.$eval(selector, (element, name) => element.getAttribute(name), name);
  }

  async text(selector: string): Promise<string> {
    return this.page.$eval(selector, (element) => element.textContent.trim());
  }

  /** A counter of the table: `video` or `audio`, at Alice's or at Bob's end. */
  async counter(who: 'alice' | 'bob', kind: 'video' | 'audio', name: string): Promise<string> {
    const column = (who === 'alice' ? 0 : 2) + (kind === 'video' ? 0 : 1);
    const cells = await this.page.$$eval(
      '#counters tbody tr',
      (rows, name) =>
        rows
          .filter((row) => row.querySelector('th')?.textContent === name)
          .flatMap((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)),
      name,
    );
    const cell = cells[column];
    assert.ok(cell !== undefined, `no counter is named ${name}`);
    return cell;
  }

  /** The same as a number. */
  async count(who: 'alice' | 'bob', kind: 'video' | 'audio', name: string): Promise<number> {
    return Number((await this.counter(who, kind, name)).replaceAll(',', ''));
  }

  /** A few pixels of what Bob's picture shows now: those of the pattern are never the same again. */
  async picture(): Promise<string> {
    return this.page.$eval('#received', (video) => {
      const context = new OffscreenCanvas(32, 18).getContext('2d')!;
      context.drawImage(video as HTMLVideoElement, 0, 0, 32, 18);
      return context.getImageData(0, 0, 32, 18).data.join();
    });
  }

  /** Resolves when Bob's picture has changed so many times. */
  async moves(times = 5, ms?: number): Promise<void> {
    const seen = new Set([await this.picture()]);
    await until(`${times} changes of the picture`, async () => seen.add(await this.picture()).size > times, ms);
  }

  /** Resolves when Bob's picture has stood still for a second. */
  async standsStill(): Promise<void> {
    let last = '';
    let quiet = 0;
    await until('the picture to stop', async () => {
      const now = await this.picture();
      quiet = now === last ? quiet + 1 : 0;
      last = now;
      return quiet >= 10;
    });
  }
}

const VIOLATION = 'policy violated:';
