/** Drives the application's page for one member of a call, by what a person finds there. */

import { randomBytes } from 'node:crypto';
import type { Browser, BrowserContext, ElementHandle, Page } from 'puppeteer-core';
import { AppPage } from './app-page.ts';
import { instrument, type Received } from './instrument.ts';
import { settled, until } from './until.ts';

/** What one tile says; each is a `data-` attribute of its own. */
export interface Tile {
  member: string;
  track: 'camera' | 'screen';
  name: string;
  keys: string;
  link: string;
  isVerified: boolean;
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
  state: string;
  title: string;
  reason: string;
  cure: string;
}

/** Where a room is. */
export interface RoomLink {
  room?: string;
  /** 32 bytes; `null` for a room without a secret. */
  secret?: Buffer | null;
  isSealed?: boolean;
  /** That everybody sends. */
  codec?: string;
}

/** The part of a link behind the origin. */
export function roomLink({ room, secret, isSealed = true, codec }: RoomLink = {}): string {
  const path = `/r/${room ?? randomBytes(16).toString('base64url')}${codec ? `?codec=${codec}` : ''}`;
  if (!isSealed) return `${path}#open`;
  return secret === null ? path : `${path}#k=${(secret ?? randomBytes(32)).toString('base64url')}`;
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
    await page.evaluateOnNewDocument(instrument);
    await page.goto(url);
    await participant.fill('#name', name);
    return participant;
  }

  /** Opens a room's link and joins. */
  static async join(browser: Browser, url: string, name: string): Promise<Participant> {
    const participant = await Participant.open(browser, url, name);
    await participant.click('#join');
    await participant.entered();
    return participant;
  }

  /** Resolves when the page is in the call. */
  async entered(): Promise<void> {
    await this.#reaches('call', async () => {
      const own = (await this.tiles()).find(({ isSelf }) => isSelf);
      this.#id = own?.member ?? '';
      return (await this.view()) === 'call' && this.#id !== '';
    });
  }

  /** As the page calls this member towards the others. */
  get id(): string {
    return this.#id;
  }

  async view(): Promise<string | undefined> {
    return this.page.evaluate(() => document.body.dataset['view']);
  }

  async tiles(): Promise<Tile[]> {
    return this.page.$$eval('#people [data-member][data-track]', (tiles) =>
      tiles.map((tile) => {
        const { member, track, name, keys, link, verified, self } = (tile as HTMLElement).dataset;
        const video = tile.querySelector('video');
        return {
          member: member ?? '',
          track: track as 'camera' | 'screen',
          name: name ?? '',
          keys: keys ?? '',
          link: link ?? '',
          isVerified: verified === 'true',
          isSelf: self === 'true' || self === '',
          hasPicture: video !== null && video.readyState >= 2,
        };
      }),
    );
  }

  async shield(): Promise<Shield> {
    const [state, title, reason, cure] = await Promise.all([
      this.attribute('#shield', 'data-state'),
      this.text('#shield-title'),
      this.text('#shield-reason'),
      this.text('#shield-cure'),
    ]);
    return { state: state ?? '', title, reason, cure };
  }

  /** Resolves when the shield says that everybody is secured. */
  async secured(ms = PATIENCE_MS): Promise<void> {
    await this.#reaches('secured', async () => (await this.shield()).state === 'secured', ms);
  }

  /** Resolves when these, and nobody else, have tiles. */
  async finds(others: readonly Participant[], ms = PATIENCE_MS): Promise<void> {
    const wanted = new Set([this.id, ...others.map(({ id }) => id)]);
    await this.#reaches(`${wanted.size} people`, async () => {
      const there = new Set((await this.tiles()).map(({ member }) => member));
      return there.size === wanted.size && [...wanted].every((id) => there.has(id));
    }, ms);
  }

  /** Resolves when the other's picture has changed a few times. */
  async sees(
    other: Participant,
    { track = 'camera', times = 3, ms = PATIENCE_MS }: Watching = {},
  ): Promise<void> {
    const video = `#people [data-member="${other.id}"][data-track="${track}"] video`;
    const what = `a moving picture of ${other.name} (${track})`;
    await this.#reaches(what, this.hasMoved(video, times), ms);
  }

  /** Resolves when sound has been heard from so many others. */
  async hears(others: number, ms = PATIENCE_MS): Promise<void> {
    const energies = async () => {
      const { sounds } = await this.received();
      return new Map(sounds.map(({ id, energy }) => [id, energy]));
    };
    const before = await energies();
    await this.#reaches(`sound from ${others}`, async () => {
      const now = [...(await energies())];
      return now.filter(([id, energy]) => energy > (before.get(id) ?? 0)).length >= others;
    }, ms);
  }

  /** What came so far over all connections that are not closed. */
  async received(): Promise<Received> {
    return this.page.evaluate(() => window.instruments.received());
  }

  /** Resolves when no sound has come for a second. */
  async hearsNothing(): Promise<void> {
    const energy = async () => {
      const { sounds } = await this.received();
      return sounds.reduce((sum, sound) => sum + sound.energy, 0);
    };
    await settled(`${this.name}: silence`, energy, 1000, PATIENCE_MS);
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
  async chat(): Promise<{ from: string; text: string }[]> {
    return this.page.$$eval('#chat-log li[data-from]', (lines) =>
      lines.map((line) => ({
        from: (line as HTMLElement).dataset['from'] ?? '',
        text: line.textContent,
      })),
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

  async accept(name: string): Promise<void> {
    await this.#answer(name, '.accept');
  }

  async decline(name: string): Promise<void> {
    await this.#answer(name, '.decline');
  }

  /** The newest transfer of a file of this name. */
  async transfer(name: string): Promise<ShownTransfer | undefined> {
    const all = await this.page.$$eval('#transfers li[data-transfer]', (items) =>
      items.map((item) => {
        const { transfer, state, direction } = (item as HTMLElement).dataset;
        const progress = item.querySelector('progress');
        const share = state === 'done' ? 1 : (progress?.position ?? 0);
        return { id: transfer, state, direction, share, text: item.textContent };
      }),
    );
    return all.findLast(({ text }) => text.includes(name));
  }

  /** Resolves when a file has come; returns the SHA-256 of what would be saved, in hexadecimal. */
  async receivedFile(name: string, ms: number): Promise<string> {
    await this.#reaches(name, async () => (await this.transfer(name))?.state === 'done', ms);
    const { id } = (await this.transfer(name))!;
    const url = await this.page.$eval(
      `#transfers [data-transfer="${id}"] .save`,
      (link) => (link as HTMLAnchorElement).href,
    );
    return this.page.evaluate((url) => window.instruments.hashOf(url), url);
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
    await this.#reaches('left', async () => (await this.view()) === 'left');
  }

  async close(): Promise<void> {
    // A page that crashed has nothing left to close.
    await this.#context.close().catch(() => {});
  }

  async #answer(name: string, button: string): Promise<void> {
    await this.#reaches(`the offer of ${name}`, async () => {
      const transfer = await this.transfer(name);
      return transfer?.state === 'offered' && transfer.direction === 'receive';
    });
    const { id } = (await this.transfer(name))!;
    await this.page.$eval(`#transfers [data-transfer="${id}"] ${button}`, (element) =>
      (element as HTMLButtonElement).click(),
    );
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

export interface Watching {
  track?: 'camera' | 'screen';
  /** Changes of the picture. */
  times?: number;
  ms?: number;
}

/** Four members in four pages encode and decode on one machine. */
const PATIENCE_MS = 40_000;
