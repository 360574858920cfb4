/**
 * A room of one member who sends frames all the time, in a worker that is watched, and of many others
 * who know nobody but that one.
 */

import { Frameseal } from 'frameseal';
import init, { Session } from '../../worker/js/wasm/frameseal.js';
import type { Pauses, Slice } from '../workers/messages.ts';
import { ask } from './ask.ts';
import { pause } from './media.ts';

const ROOM = 'the room of a crowd';
const MEMBER = 'alice';

/** The package's defaults. */
const DEFAULTS = {
  keys: 'exchange',
  profile: 'frameseal/1',
  cipherSuite: 4,
  audioCipherSuite: 4,
  secret: undefined,
  recording: 'by-consent',
  slot: undefined,
  credential: undefined,
  verify: false,
  rotateEveryMs: 3_600_000,
} as const;

let frameseal: Frameseal;
const workerName = crypto.randomUUID();
const others = new Map<string, Session>();
const timers = new Map<string, ReturnType<typeof setTimeout>>();
let joined = false;
const secured = new Set<string>();

/** Makes a session that sends frames, and so many others; it knows of nobody yet. */
export async function open(members: number): Promise<void> {
  frameseal = await new Frameseal({
    room: ROOM,
    member: MEMBER,
    worker: new Worker('../workers/tapped.js?slices', { type: 'module', name: workerName }),
  }).ready;
  frameseal.addEventListener('member', ({ detail: { id, state } }) => {
    if (state === 'secured') secured.add(id);
  });
  frameseal.addEventListener('message', ({ detail: { to, data } }) => {
    for (const [member, session] of others) {
      if (to !== null && to !== member) continue;
      session.ask(['receive', MEMBER, data.slice()], performance.now());
      work(member);
    }
  });

  await init({ module_or_path: '/frameseal/frameseal_bg.wasm' });
  for (let number = 0; number < members; number += 1) {
    const member = `member ${number}`;
    const session = new Session({ ...DEFAULTS, room: ROOM, member });
    others.set(member, session);
    session.ask(['memberJoined', MEMBER], performance.now());
    session.ask(['seal', new Uint8Array(), 0], performance.now()); // who has something to send has a key
    work(member);
  }
  await ask(workerName, 'start-frames');
}

/** Tells the member of all others at once; resolves when all are secured. */
export async function join(): Promise<void> {
  joined = true;
  for (const id of others.keys()) frameseal.memberJoined(id);
  while (secured.size < others.size) await pause(20);
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

/** Does what another's session has to do now, and sees to what it has to do later. */
function work(member: string): void {
  const session = others.get(member)!;
  for (;;) {
    const now = performance.now();
    const again = session.work(now);
    for (let event; (event = session.poll_event()); ) {
      if (event.type === 'message' && joined) frameseal.receive(member, event.data);
    }
    if (again <= now) continue;
    clearTimeout(timers.get(member));
    if (again < Infinity) timers.set(member, setTimeout(work, again - now, member));
    return;
  }
}
