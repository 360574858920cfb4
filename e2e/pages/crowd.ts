/** One member, which sends frames all the time, in a room with many who are in one other worker. */

import { Frameseal } from 'frameseal';
import type { CrowdMessage, CrowdOptions, Pauses, Slice } from '../workers/messages.ts';
import { ask } from './ask.ts';

const ROOM = 'the room of a crowd';
const MEMBER = 'alice';

let frameseal: Frameseal;
const workerName = crypto.randomUUID();
let others: string[] = [];
let joined = false;
const secured = new Set<string>();

/** Makes a session that sends frames, and so many others; nobody knows of anybody yet. */
export async function open(members: number): Promise<void> {
  frameseal = await Frameseal.create({
    room: ROOM,
    member: MEMBER,
    worker: new Worker('../workers/tapped.js?slices', { type: 'module', name: workerName }),
  });
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
  worker.postMessage({ room: ROOM, members: others, hears: MEMBER } satisfies CrowdOptions);
  await ready;
  frameseal.addEventListener('message', ({ detail: { to, data } }) => {
    worker.postMessage({ from: MEMBER, to, data } satisfies CrowdMessage);
  });
  await ask(workerName, 'start-frames');
}

/** Tells the member of all others at once; resolves when all are secured. */
export async function join(): Promise<void> {
  joined = true;
  for (const id of others) frameseal.memberJoined(id);
  while (secured.size < others.length) await new Promise((later) => setTimeout(later, 20));
}

export async function rotate(): Promise<void> {
  await frameseal.rotate();
}

/** What the frames went through since this was asked last. */
export function pauses(): Promise<Pauses> {
  return ask(workerName, 'pauses');
}

/** How the key manager's work was cut since this was asked last. */
export function slices(): Promise<Slice[]> {
  return ask(workerName, 'slices');
}

/** Has every step of the key manager take a millisecond, by the worker's clock. */
export async function slowDown(): Promise<void> {
  await ask(workerName, 'slow-down');
}
