/** Drives one member of a call, `pages/member.ts`, in a page of its own. */

import type { Frameseal } from 'frameseal';
import type { Browser, Page } from 'puppeteer-core';
import type { Happening, MemberOptions, What } from '../pages/member.ts';
import type { MediaKind, RtpStats } from '../pages/rtp-stats.ts';
import type { ReplayedFrame, Tap } from '../workers/messages.ts';
import type { Pages } from './opener.ts';
import { RemotePage, type Arguments, type Result } from './remote-page.ts';
import { until } from './until.ts';

/** Takes a key message, in base64, to another member; or to all. */
export type Tell = (to: string | null, message: string) => void;

export class Member extends RemotePage<Pages['member']> {
  readonly id: string;
  readonly #options: MemberOptions;
  /** What the page said aloud. */
  readonly console: string[] = [];

  private constructor(options: MemberOptions, page: Page) {
    super(page);
    this.id = options.member;
    this.#options = options;
    page.on('console', (message) => this.console.push(message.text()));
    page.on('pageerror', (error) => this.console.push(String(error)));
  }

  static async enter(
    browser: Browser,
    origin: string,
    options: MemberOptions,
    tell?: Tell,
  ): Promise<Member> {
    const member = new Member(options, await RemotePage.show(browser, origin, 'member'));
    if (tell) await member.page.exposeFunction('tell', tell);
    await member.run('open', options);
    return member;
  }

  /** Starts the page over, and a session that knows nothing of the one before. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.run('open', this.#options);
  }

  /** Camera and microphone, for another member or for the only one. */
  async addTracks(id?: string): Promise<void> {
    await this.run('addTrack', 'audio', id);
    await this.run('addTrack', 'video', id);
  }

  /** What happened, of one sort. */
  async happened<Happened extends What>(what: Happened): Promise<Happening<Happened>[]> {
    const all = await this.run('happenings');
    return all.filter((happening): happening is Happening<Happened> => happening.what === what);
  }

  /** Codes of the problems so far. */
  async problems(): Promise<string[]> {
    return (await this.happened('problem')).map(({ detail }) => detail.code);
  }

  /** The state that another member is in, as this one sees it. */
  async stateOf(id: string): Promise<string | undefined> {
    return (await this.happened('member')).findLast(({ detail }) => detail.id === id)?.detail.state;
  }

  /** Resolves when the others are secured. */
  async secures(ids: string[], ms?: number): Promise<void> {
    await until(`${this.id} to secure ${ids.join(', ')}`, async () => {
      const states = await Promise.all(ids.map((id) => this.stateOf(id)));
      return states.every((state) => state === 'secured');
    }, ms);
  }

  /** What comes, from one of the others or from all. */
  async received(other?: string): Promise<RtpStats[]> {
    return (await this.run('counters')).filter(
      (stats) => stats.direction === 'receive' && stats.other === (other ?? stats.other),
    );
  }

  /** Pictures decoded so far, from one of the others or from all. */
  async pictures(other?: string): Promise<number> {
    const video = (await this.received(other)).filter(({ kind }) => kind === 'video');
    return video.reduce((sum, { frames }) => sum + frames, 0);
  }

  async mid(kind: MediaKind): Promise<string> {
    const stats = (await this.run('counters')).find((stats) => stats.kind === kind);
    if (!stats?.mid) throw new Error(`no ${kind} is negotiated`);
    return stats.mid;
  }

  /** Calls a method of its session. */
  async session<Method extends keyof Frameseal & string>(
    method: Method,
    ...args: Arguments<Frameseal[Method]>
  ): Promise<Result<Frameseal[Method]>> {
    return (await this.run('session', method, args)) as Result<Frameseal[Method]>;
  }

  /**
   * The frames as the worker got and gave them.
   *
   * @param since milliseconds of the system's clock, so as not to read all there ever was.
   */
  async taps(since = 0): Promise<Tap<Buffer>[]> {
    return (await this.run('askWorker', 'taps', since)) as Tap<Buffer>[];
  }

  /** Has the session try frames that somebody recorded; returns those that it opened. */
  async opens<Frame extends ReplayedFrame<Buffer>>(frames: Frame[]): Promise<Frame[]> {
    const opened = (await this.run('askWorker', 'replay', frames)) as boolean[];
    return frames.filter((_, index) => opened[index]);
  }

  /** Has its worker do what it was made for: see the extras of these names. */
  async provoke(extra: 'oversize' | 'trap'): Promise<void> {
    await this.run('askWorker', extra);
  }

  /** Key frames that its worker asked for, of its own encoders or of others. */
  async keyFrameRequestsMade(): Promise<number> {
    return (await this.run('askWorker', 'key-frame-requests')) as number;
  }
}

/** One offer and its answer. */
export async function negotiate(offerer: Member, answerer: Member): Promise<void> {
  const [from, to] = [offerer.id, answerer.id];
  await answerer.run('setRemote', await offerer.run('setLocal', to), from);
  await offerer.run('setRemote', await answerer.run('setLocal', from), to);
}
