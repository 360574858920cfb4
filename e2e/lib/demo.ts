/** The demo page that takes a call apart, in a browser. */

import assert from 'node:assert/strict';
import type { Browser } from 'puppeteer-core';
import { AppPage } from './app-page.ts';
import { settled, until } from './until.ts';

/** What the page says of the call: see `demo/page/inspect/health.ts`. */
export type State = 'starting' | 'playing' | 'waiting' | 'problem' | 'stopped';

export class DemoPage extends AppPage {
  /** @param first is done in the page before its own scripts run. */
  static async open(browser: Browser, origin: string, first = () => {}): Promise<DemoPage> {
    const page = await browser.newPage();
    const demo = new DemoPage(page);
    await page.evaluateOnNewDocument(() => {
      addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
        console.error(`policy violated: ${violatedDirective} ${blockedURI}`);
      });
    });
    await page.evaluateOnNewDocument(first);
    await page.goto(`${origin}/inspect/`);
    return demo;
  }

  /** Chooses one of several, by the value of its radio button. */
  async choose(value: string): Promise<void> {
    await this.page.click(`label:has(input[value="${value}"])`);
  }

  /** Resolves when the page says so. */
  async reaches(state: State, ms?: number): Promise<void> {
    await until(`the page to say "${state}"`, async () => {
      return (await this.attribute('#status', 'data-state')) === state;
    }, ms);
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

  /** Resolves when Bob's picture has changed so many times. */
  async moves(times = 5, ms?: number): Promise<void> {
    await until(`${times} changes of the picture`, this.hasMoved(RECEIVED, times), ms);
  }

  /** Resolves when Bob's picture has stood still for a second. */
  async standsStill(): Promise<void> {
    await settled('the picture', () => this.picture(RECEIVED), 1000);
  }
}

const RECEIVED = '#received';
