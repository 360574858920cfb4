/** A call of two members, Alice and Bob, with a key each, whose connection the driver negotiates. */

import type { Browser } from 'puppeteer-core';
import type { MemberOptions } from '../pages/member.ts';
import type { Finished } from './evidence.ts';
import { flows, stop, type Flow } from './flow.ts';
import { Member, negotiate } from './member.ts';

export const ALICES_KEY = { keyId: 1, baseKey: Buffer.alloc(32, 0xa1) };
export const BOBS_KEY = { keyId: 2, baseKey: Buffer.alloc(32, 0xb2) };

export interface CallOptions extends Partial<MemberOptions> {
  /** What only one of the two does. */
  alice?: Partial<MemberOptions>;
  bob?: Partial<MemberOptions>;
}

export class Call {
  readonly alice: Member;
  readonly bob: Member;

  private constructor(alice: Member, bob: Member) {
    this.alice = alice;
    this.bob = bob;
  }

  /** Opens both ends, with a camera and a microphone each; nothing is sent yet. */
  static async open(
    browsers: { alice: Browser; bob: Browser },
    origin: string,
    { alice, bob, ...common }: CallOptions = {},
  ): Promise<Call> {
    const ends = await Promise.all([
      Member.enter(browsers.alice, origin, {
        ...common,
        member: 'alice',
        send: ALICES_KEY,
        receive: [{ ...BOBS_KEY, member: 'bob' }],
        ...alice,
      }),
      Member.enter(browsers.bob, origin, {
        ...common,
        member: 'bob',
        send: BOBS_KEY,
        receive: [{ ...ALICES_KEY, member: 'alice' }],
        ...bob,
      }),
    ]);
    const call = new Call(...ends);
    await call.alice.run('openConnection', 'bob');
    await call.bob.run('openConnection', 'alice');
    return call;
  }

  get ends(): [Member, Member] {
    return [this.alice, this.bob];
  }

  /** Both ends send camera and microphone. */
  async connect(codec?: string): Promise<void> {
    for (const end of this.ends) {
      await end.addTracks();
      if (codec) await end.run('preferCodec', codec);
    }
    await this.negotiate();
  }

  async negotiate(): Promise<void> {
    await negotiate(this.alice, this.bob);
  }

  /** Resolves when every stream that is expected has brought some frames more. */
  async flows(expected?: Flow): Promise<void> {
    await flows(this.ends, { expected });
  }

  /** Resolves when every stream that is expected has kept coming for so long. */
  async lasts(ms: number, expected?: Flow): Promise<void> {
    const end = Date.now() + ms;
    while (Date.now() < end) await this.flows(expected);
  }

  /** Stops sending, lets all land that is under way, and looks at what was. */
  async finish(): Promise<Finished> {
    const rtp = await stop(this.ends);
    // Receivers before senders: a frame that is late after all must not look like one from nowhere.
    const receivedByAlice = await this.alice.taps();
    const bobs = await this.bob.taps();
    const sentByAlice = await this.alice.taps();
    return {
      toBob: { sender: sentByAlice, receiver: bobs, rtp: rtp.get('bob')! },
      toAlice: { sender: bobs, receiver: receivedByAlice, rtp: rtp.get('alice')! },
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.ends.map((end) => end.close()));
  }
}
