/** Drives one member of a room, `pages/member.ts`, in a page of its own. */

import type { Browser, Page } from 'puppeteer-core';
import type { Happening, MemberApi, MemberOptions } from '../pages/member.ts';
import type { ReplayedFrame } from '../workers/replayed-frame.ts';
import { TappedPage } from './tapped-page.ts';
import { until } from './until.ts';

export class Member extends TappedPage<MemberApi> {
  readonly id: string;
  readonly #options: MemberOptions;
  /** What the page said aloud. */
  readonly console: string[] = [];

  private constructor(options: MemberOptions, page: Page) {
    super(page, 'member');
    this.id = options.member;
    this.#options = options;
    page.on('console', (message) => this.console.push(message.text()));
    page.on('pageerror', (error) => this.console.push(String(error)));
  }

  static async open(browser: Browser, origin: string, options: MemberOptions): Promise<Member> {
    const page = await TappedPage.show(browser, origin, 'member');
    const member = new Member(options, page);
    await member.run('open', options);
    return member;
  }

  /** Starts the page over, and a session that knows nothing of the one before. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.run('open', this.#options);
  }

  /** What happened, of one sort. */
  async happened(what: Happening['what']): Promise<Happening[]> {
    return (await this.run('happenings')).filter((happening) => happening.what === what);
  }

  /** The state that another member is in, as this one sees it. */
  async stateOf(id: string): Promise<unknown> {
    return (await this.happened('member')).findLast(({ detail }) => detail['id'] === id)?.detail[
      'state'
    ];
  }

  /** Resolves when the others are secured. */
  async secures(ids: string[], ms?: number): Promise<void> {
    await until(`${this.id} to secure ${ids.join(', ')}`, async () => {
      const states = await Promise.all(ids.map((id) => this.stateOf(id)));
      return states.every((state) => state === 'secured');
    }, ms);
  }

  /** Has the session try frames that somebody recorded; returns those that it opened. */
  async opens<Frame extends ReplayedFrame<Buffer>>(frames: Frame[]): Promise<Frame[]> {
    const asText = frames.map(({ kind, type, mimeType, data }) => ({
      kind,
      type,
      mimeType,
      data: data.toString('base64'),
    }));
    const opened = await this.run('replay', asText);
    return frames.filter((_, index) => opened[index]);
  }
}
