/** One member, which sends frames all the time, in a room with many who are in one other worker. */

import { Frameseal, type FramesealStats } from 'frameseal';
import type { CrowdMessage } from '../workers/crowd-message.ts';
import type { Pauses } from '../workers/pauses.ts';
import type { Slice } from '../workers/slice.ts';
import { ask } from './worker-channel.ts';

const ROOM = 'the room of a crowd';
const MEMBER = 'alice';

let frameseal: Frameseal;
/** Names of channels. */
let frames: string;
let slices: string;
let others: string[] = [];
let joined = false;
const secured = new Set<string>();

const crowd = {
  /** Makes a session that sends frames, and so many others; nobody knows of anybody yet. */
  async open(members: number): Promise<void> {
    const name = crypto.randomUUID();
    frameseal = await Frameseal.create({
      room: ROOM,
      member: MEMBER,
      worker: new Worker('../workers/paced.js', { type: 'module', name }),
    });
    frames = `${name}/frame-loop`;
    slices = `${name}/slices`;
    frameseal.addEventListener('member', ({ detail: { id, state } }) => {
      if (state === 'secured') secured.add(id);
    });

    others = Array.from({ length: members }, (_, index) => `member ${index}`);
    const worker = new Worker('../workers/crowd.js', { type: 'module' });
    const ready = new Promise<void>((ready) => {
      worker.onmessage = ({ data }: MessageEvent<CrowdMessage | 'ready'>) => {
        if (data === 'ready') ready();
        else if (joined) frameseal.receive(data.from, data.data);
      };
    });
    worker.postMessage({ room: ROOM, members: others, hears: MEMBER });
    await ready;
    frameseal.addEventListener('message', ({ detail: { to, data } }) => {
      worker.postMessage({ from: MEMBER, to, data } satisfies CrowdMessage);
    });
    await ask<Pauses>(frames, 'start');
  },

  /** Tells the member of all others at once; resolves when all are secured. */
  async join(): Promise<void> {
    joined = true;
    for (const id of others) frameseal.memberJoined(id);
    while (secured.size < others.length) await new Promise((later) => setTimeout(later, 20));
  },

  async rotate(): Promise<void> {
    await frameseal.rotate();
  },

  /** What the frames went through since this was asked last. */
  pauses(): Promise<Pauses> {
    return ask(frames, 'read');
  },

  /** How the key manager's work was cut since this was asked last. */
  slices(): Promise<Slice[]> {
    return ask(slices, 'read');
  },

  /** Has every step of the key manager take a millisecond, by the worker's clock. */
  async slowDown(): Promise<void> {
    await ask(slices, 'slow');
  },

  async stats(): Promise<Omit<FramesealStats, 'sendKeyId'>> {
    const { sendKeyId, ...stats } = await frameseal.stats();
    return stats;
  },
};

export type CrowdApi = typeof crowd;

declare global {
  interface Window {
    crowd: CrowdApi;
  }
}

window.crowd = crowd;
