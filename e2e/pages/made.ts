/** Two sessions without a connection: their frames are made up, and so are the streams that bring them. */

import { Frameseal } from 'frameseal';
import type { MadeFrames, ReplayedFrame } from '../workers/messages.ts';
import { ask } from './ask.ts';
import { pause } from './media.ts';
import { introduce, secured } from './sessions.ts';

type Passed = (Uint8Array | undefined)[];

/** What came of frames that Alice sealed and Bob opened. */
export interface Outcome {
  sealed: Passed;
  opened: Passed;
  /** Of the sealed frames with a bit flipped. */
  forged: Passed;
}

/** Has Alice and Bob exchange keys, seal and open. */
export async function sealAndOpen(frames: ReplayedFrame[]): Promise<Outcome> {
  const [alice, bob] = [await open('alice'), await open('bob')];
  const isSecured = secured(alice.session);
  introduce(alice.session, 'alice', bob.session, 'bob');
  await isSecured;

  const sealed = await alice.pass({ direction: 'send', frames });
  while (!(await hasKey(bob.session))) await pause(20);
  const arriving = frames.map((frame, at) => ({ ...frame, data: sealed[at] ?? new Uint8Array() }));
  // Forged frames first: those that are not, came only once then.
  const forged = await bob.pass({ direction: 'receive', frames: arriving.map(withFlippedBit) });
  const opened = await bob.pass({ direction: 'receive', frames: arriving });
  for (const { session } of [alice, bob]) session.close();
  return { sealed, opened, forged };
}

async function open(member: string) {
  const name = crypto.randomUUID();
  const worker = new Worker('../workers/made.js', { type: 'module', name });
  const session = await new Frameseal({ room: 'made', member, worker }).ready;
  return { session, pass: (made: MadeFrames) => ask<Passed>(name, 'pass', made) };
}

/** Frames without a key wait for it, but not for longer than their stream lasts. */
async function hasKey(session: Frameseal): Promise<boolean> {
  const { members } = await session.stats();
  return members.some(({ generation }) => generation !== undefined);
}

function withFlippedBit(frame: ReplayedFrame): ReplayedFrame {
  const data = frame.data.slice();
  data[data.length - 1]! ^= 1;
  return { ...frame, data };
}
