/** A call of two peers, Alice and Bob, with a key each. */

import type { Browser } from 'puppeteer-core';
import type { PeerOptions, TestKey } from '../pages/peer.ts';
import type { MediaKind, RtpStats } from '../pages/rtp-stats.ts';
import type { Direction } from './evidence.ts';
import { negotiate, Peer } from './peer.ts';
import { settled, until } from './until.ts';

export const ALICES_KEY: TestKey = { id: 1, byte: 0xa1 };
export const BOBS_KEY: TestKey = { id: 2, byte: 0xb2 };

export class Call {
  readonly alice: Peer;
  readonly bob: Peer;

  private constructor(alice: Peer, bob: Peer) {
    this.alice = alice;
    this.bob = bob;
  }

  /** Opens both ends, with a camera and a microphone each; nothing is sent yet. */
  static async open(
    browsers: { alice: Browser; bob: Browser },
    origin: string,
    options: CallOptions = {},
  ): Promise<Call> {
    const { width, height, ...common } = options;
    const defaults = { protection: 'frameseal', ...common } as const;
    const [alice, bob] = await Promise.all([
      Peer.open(browsers.alice, origin, {
        ...defaults,
        member: 'alice',
        send: ALICES_KEY,
        receive: [{ ...BOBS_KEY, member: 'bob' }],
        ...options.alice,
      }),
      Peer.open(browsers.bob, origin, {
        ...defaults,
        member: 'bob',
        send: BOBS_KEY,
        receive: [{ ...ALICES_KEY, member: 'alice' }],
        ...options.bob,
      }),
    ]);
    for (const peer of [alice, bob]) {
      await peer.run('openMedia', 'audio');
      await peer.run('openMedia', 'video', width, height);
    }
    return new Call(alice, bob);
  }

  /** Both ends send camera and microphone. */
  async connect(codec?: string): Promise<void> {
    for (const peer of [this.alice, this.bob]) {
      await peer.run('addTrack', 'audio');
      await peer.run('addTrack', 'video');
      if (codec) await peer.run('preferCodec', codec);
    }
    await this.negotiate();
  }

  async negotiate(): Promise<void> {
    await negotiate(this.alice, this.bob);
  }

  /** Resolves when every stream that is expected has brought so many frames more. */
  async flows(expected: Flow = BOTH_WAYS, frames = 15): Promise<void> {
    const before = await this.rtpStats();
    await until(`media ${JSON.stringify(expected)}`, async () => {
      const now = await this.rtpStats();
      return (['alice', 'bob'] as const).every((peer) =>
        KINDS.every((kind) => {
          const grown = grownStreams(before[peer], now[peer], kind, frames);
          return grown >= (expected[peer]?.[kind] ?? 0);
        }),
      );
    });
  }

  /** Resolves when every stream that is expected has kept coming for so long. */
  async lasts(ms: number, expected: Flow = BOTH_WAYS): Promise<void> {
    const end = Date.now() + ms;
    while (Date.now() < end) await this.flows(expected);
  }

  /** Stops sending, lets all land that is under way, and looks at what was. */
  async finish(): Promise<Finished> {
    const { alice, bob } = this;
    await Promise.all([alice.run('stopSending'), bob.run('stopSending')]);
    const rtp = await settled('the counters of frames', () => this.rtpStats());
    // Receivers before senders: a frame that is late after all must not look like one from nowhere.
    const receivedByAlice = await alice.taps();
    const bobs = await bob.taps();
    const sentByAlice = await alice.taps();
    const received = (stats: RtpStats[]) =>
      stats.filter(({ direction }) => direction === 'receive');
    return {
      toBob: { sender: sentByAlice, receiver: bobs, rtp: received(rtp.bob) },
      toAlice: { sender: bobs, receiver: receivedByAlice, rtp: received(rtp.alice) },
    };
  }

  async rtpStats(): Promise<{ alice: RtpStats[]; bob: RtpStats[] }> {
    const [alice, bob] = await Promise.all([this.alice.run('rtpStats'), this.bob.run('rtpStats')]);
    return { alice, bob };
  }

  async close(): Promise<void> {
    await Promise.all([this.alice.close(), this.bob.close()]);
  }
}

export interface CallOptions extends Partial<PeerOptions> {
  /** Size of the cameras' pictures. */
  width?: number;
  height?: number;
  /** What only one of the two does. */
  alice?: Partial<PeerOptions>;
  bob?: Partial<PeerOptions>;
}

/** How many streams of a kind each end receives. */
export type Flow = { [peer in 'alice' | 'bob']?: { [kind in MediaKind]?: number } };

const KINDS = ['audio', 'video'] as const;
const BOTH_WAYS: Flow = { alice: { audio: 1, video: 1 }, bob: { audio: 1, video: 1 } };

export interface Finished {
  toBob: Direction;
  toAlice: Direction;
}

/** Received streams of a kind that have grown by so many frames, or for audio packets. */
function grownStreams(
  before: RtpStats[],
  now: RtpStats[],
  kind: MediaKind,
  frames: number,
): number {
  const count = (stats: RtpStats | undefined) =>
    (kind === 'video' ? stats?.frames : stats?.packets) ?? 0;
  return now
    .filter((stats) => stats.kind === kind && stats.direction === 'receive')
    .filter((stats) => {
      const same = before.find(
        ({ mid, direction }) => mid === stats.mid && direction === 'receive',
      );
      return count(stats) - count(same) >= frames;
    }).length;
}
