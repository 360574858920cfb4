/** Drives the application's page for one member of a call, by what a person finds there. */

import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, ElementHandle, Page } from 'puppeteer-core';
import type { Received } from '../pages/instruments.ts';
import { AppPage } from './app-page.ts';
import { settled, until } from './until.ts';

/** What one tile says. */
export interface Tile {
  member: string;
  track: 'camera' | 'screen';
  name: string;
  keys: string;
  isSelf: boolean;
  hasPicture: boolean;
}

/** A file on its way, as it is shown. */
export interface ShownTransfer {
  id: string | undefined;
  state: string | undefined;
  direction: string | undefined;
  /** 0 to 1. */
  share: number;
}

export interface Shield {
  state: string | null;
  title: string;
  cure: string;
}

export class Participant extends AppPage {
  readonly name: string;
  readonly #context: BrowserContext;
  #id = '';

  private constructor(name: string, page: Page, context: BrowserContext) {
    super(page);
    this.name = name;
    this.#context = context;
  }

  /** Opens the page, with storage of its own, as on a computer of its own. */
  static async open(browser: Browser, url: string, name: string): Promise<Participant> {
    const context = await browser.createBrowserContext();
    // In a window of its own: pages that are behind others, Firefox draws once a second at first, and
    // then every two, four, eight. To find where an element is takes a drawing.
    const page = await context.newPage({ type: 'window' });
    const participant = new Participant(name, page, context);
    await page.setViewport({ width: 1280, height: 800 });
    await page.evaluateOnNewDocument(`(() => {${await readFile(INSTRUMENTS, 'utf8')}\n})()`);
    await page.goto(url);
    await participant.fill('#name', name);
    return participant;
  }

  /** Resolves when the page is in the call. */
  async join(): Promise<void> {
    await this.click('#join');
    await this.#reaches('call', async () => {
      const own = (await this.tiles()).find(({ isSelf }) => isSelf);
      this.#id = own?.member ?? '';
      return (await this.attribute('body', 'data-view')) === 'call' && this.#id !== '';
    });
  }

  /** As the page calls this member towards the others. */
  get id(): string {
    return this.#id;
  }

  async tiles(): Promise<Tile[]> {
    return this.page.$$eval('#people [data-member][data-track]', (tiles) =>
      tiles.map((tile) => {
        const { member = '', track, name = '', keys = '', self } = (tile as HTMLElement).dataset;
        const hasPicture = (tile.querySelector('video')?.readyState ?? 0) >= 2;
        const isSelf = self === 'true' || self === '';
        return { member, track: track as 'camera' | 'screen', name, keys, isSelf, hasPicture };
      }),
    );
  }

  async shield(): Promise<Shield> {
    const state = await this.attribute('#shield', 'data-state');
    return { state, title: await this.text('#shield-title'), cure: await this.text('#shield-cure') };
  }

  /** Resolves when the shield says that everybody is secured. */
  async secured(): Promise<void> {
    await this.#reaches('secured', async () => (await this.shield()).state === 'secured');
  }

  /** Resolves when these, and nobody else, have tiles. */
  async finds(others: readonly Participant[], ms?: number): Promise<void> {
    const wanted = new Set([this.id, ...others.map(({ id }) => id)]);
    await this.#reaches(`${wanted.size} people`, async () => {
      const there = new Set((await this.tiles()).map(({ member }) => member));
      return there.size === wanted.size && [...wanted].every((id) => there.has(id));
    }, ms);
  }

  /** Resolves when the other's picture has changed a few times. */
  async sees(other: Participant, track: 'camera' | 'screen' = 'camera'): Promise<void> {
    const video = `#people [data-member="${other.id}"][data-track="${track}"] video`;
    await this.#reaches(`a moving picture of ${other.name} (${track})`, this.hasMoved(video, 3));
  }

  /** Resolves when sound has been heard from so many others. */
  async hears(others: number): Promise<void> {
    const before = await this.#energies();
    await this.#reaches(`sound from ${others}`, async () => {
      const now = [...(await this.#energies())];
      return now.filter(([id, energy]) => energy > (before.get(id) ?? 0)).length >= others;
    });
  }

  /** Resolves when no sound has come for a second. */
  async hearsNothing(): Promise<void> {
    await settled(`${this.name}: silence`, () => this.#energies(), 1000, PATIENCE_MS);
  }

  /** What came so far over all connections that are not closed. */
  async received(): Promise<Received> {
    return this.page.evaluate(() => window.instruments.received());
  }

  /** Takes away all connections to others without a word, as a network that fails. */
  async breakConnections(): Promise<void> {
    await this.page.evaluate(() => window.instruments.breakConnections());
  }

  /** Ends the page's process. Only in Chromium. */
  async crash(): Promise<void> {
    const session = await this.page.createCDPSession();
    const gone = new Promise((gone) => this.page.once('error', gone));
    // There is nobody left to answer.
    session.send('Page.crash').catch(() => {});
    await gone;
  }

  /** What was said, and by whom. */
  async chat(): Promise<{ from: string | undefined; text: string }[]> {
    return this.page.$$eval('#chat-log li[data-from]', (lines) =>
      lines.map((line) => ({ from: (line as HTMLElement).dataset['from'], text: line.textContent })),
    );
  }

  async say(text: string): Promise<void> {
    if ((await this.attribute('#open-chat', 'aria-expanded')) === 'false') {
      await this.click('#open-chat');
    }
    await this.fill('#chat-text', text);
    await this.click('#chat-send');
  }

  /** Resolves when this has been said by the other. */
  async reads(from: Participant, text: string): Promise<void> {
    await this.#reaches(`“${text}” of ${from.name}`, async () =>
      (await this.chat()).some((line) => line.from === from.id && line.text.includes(text)),
    );
  }

  /** Offers a file to everybody. */
  async offer(path: string): Promise<void> {
    const input = await this.page.$('#file');
    await (input as ElementHandle<HTMLInputElement>).uploadFile(path);
  }

  /** Answers the offer of a file of this name. */
  async answer(name: string, answer: 'accept' | 'decline'): Promise<void> {
    await this.#reaches(`the offer of ${name}`, async () => {
      const transfer = await this.transfer(name);
      return transfer?.state === 'offered' && transfer.direction === 'receive';
    });
    const { id } = (await this.transfer(name))!;
    await this.page.$eval(`#transfers [data-transfer="${id}"] .${answer}`, (button) =>
      (button as HTMLButtonElement).click(),
    );
  }

  /** The newest transfer of a file of this name. */
  async transfer(name: string): Promise<ShownTransfer | undefined> {
    const all = await this.page.$$eval('#transfers li[data-transfer]', (items) =>
      items.map((item) => {
        const { transfer: id, state, direction } = (item as HTMLElement).dataset;
        const position = item.querySelector('progress')?.position ?? 0;
        const share = state === 'done' ? 1 : position;
        return { id, state, direction, share, text: item.textContent };
      }),
    );
    return all.findLast(({ text }) => text.includes(name));
  }

  /** Resolves when a file has come; returns the SHA-256 of what would be saved, in hexadecimal. */
  async receivedFile(name: string, ms: number): Promise<string> {
    await this.#reaches(name, async () => (await this.transfer(name))?.state === 'done', ms);
    const { id } = (await this.transfer(name))!;
    return this.page.$eval(`#transfers [data-transfer="${id}"] .save`, (link) =>
      window.instruments.hashOf((link as HTMLAnchorElement).href),
    );
  }

  /** Answers the question whether this one may record: resolves when it may. */
  async allows(recorder: string): Promise<void> {
    const banner = `[data-recorder="${recorder}"]`;
    await this.#reaches('the question', async () => (await this.page.$(banner)) !== null);
    await this.click(`${banner} .recorder-allow`);
    await this.#reaches('the answer', async () => {
      return (await this.attribute(banner, 'data-consent')) === 'given';
    });
  }

  /** How often the keys of this member have changed. */
  async generation(): Promise<number> {
    if ((await this.attribute('#open-panel', 'aria-expanded')) !== 'true') {
      await this.click('#open-panel');
    }
    const figure = '#panel [data-count="generation"]';
    await this.#reaches('a key', async () => /^\d/.test(await this.text(figure)));
    return Number.parseInt(await this.text(figure), 10);
  }

  async signalling(): Promise<string | null> {
    return this.attribute('#signalling', 'data-state');
  }

  /** Codes of the problems so far that are more than notes. */
  async problems(): Promise<string[]> {
    return this.page.$$eval('#notices li[data-code]:not([data-severity="info"])', (items) =>
      items.map((item) => (item as HTMLElement).dataset['code'] ?? ''),
    );
  }

  /** The safety number of the room. */
  async roomNumber(): Promise<string> {
    await this.click('#open-safety');
    await this.#reaches('the number', async () => /\d{5}/.test(await this.text('#room-number')));
    const number = await this.text('#room-number');
    await this.page.keyboard.press('Escape');
    return number;
  }

  async leave(): Promise<void> {
    await this.click('#leave');
    await this.#reaches('left', async () => (await this.attribute('body', 'data-view')) === 'left');
  }

  async close(): Promise<void> {
    // A page that crashed has nothing left to close.
    await this.#context.close().catch(() => {});
  }

  /** Of the sound of each stream, so far. */
  async #energies(): Promise<Map<string, number>> {
    const { sounds } = await this.received();
    return new Map(sounds.map(({ id, energy }) => [id, energy]));
  }

  async #reaches(what: string, question: () => Promise<boolean>, ms = PATIENCE_MS): Promise<void> {
    try {
      await until(`${this.name}: ${what}`, question, ms);
    } catch (error) {
      const state = { tiles: await this.tiles(), shield: await this.shield() };
      const notices = await this.text('#notices');
      const { complaints } = this;
      throw new Error(`${String(error)}\n${JSON.stringify({ ...state, notices, complaints }, null, 1)}`);
    }
  }
}

/** As `build.mjs` makes them. */
const INSTRUMENTS = new URL('../dist/pages/instruments.js', import.meta.url);

/** Four members in four pages encode and decode on one machine. */
const PATIENCE_MS = 40_000;
