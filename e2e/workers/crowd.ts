/** Many members in one worker, each of whom knows only the one that is not here. */

import init, { Session } from '../../worker/js/wasm/frameseal.js';
import type { CrowdMessage, CrowdOptions } from './messages.ts';

/** The package's defaults. */
const DEFAULTS = {
  keys: 'exchange',
  profile: 'frameseal/1',
  cipherSuite: 4,
  audioCipherSuite: 4,
  secret: undefined,
  slot: undefined,
  credential: undefined,
  verify: false,
  rotateEveryMs: 3_600_000,
} as const;

const sessions = new Map<string, Session>();
const timers = new Map<string, number>();
const wasm = init({ module_or_path: '/frameseal/frameseal_bg.wasm' });

self.onmessage = async ({ data }: MessageEvent<CrowdOptions | CrowdMessage>) => {
  await wasm;
  if ('members' in data) open(data);
  else hear(data);
};

function open({ room, members, hears }: CrowdOptions): void {
  for (const member of members) {
    const session = new Session({ ...DEFAULTS, room, member });
    sessions.set(member, session);
    session.memberJoined(hears, performance.now());
    session.seal(new Uint8Array(), 0, performance.now()); // who has something to send has a key
    work(member, session);
  }
  postMessage('ready');
}

function hear({ from, to, data }: CrowdMessage): void {
  for (const [member, session] of sessions) {
    if (to !== null && to !== member) continue;
    session.receive(from, data.slice(), performance.now());
    work(member, session);
  }
}

/** Does what is to be done now, and sees to what is to be done later. */
function work(member: string, session: Session): void {
  for (;;) {
    const now = performance.now();
    const again = session.work(now);
    for (let event; (event = session.poll_event()); ) {
      if (event.type !== 'message') continue;
      const { to = null, data } = event;
      postMessage({ from: member, to, data } satisfies CrowdMessage);
    }
    if (again <= now) continue;
    clearTimeout(timers.get(member));
    if (again < Infinity) timers.set(member, setTimeout(work, again - now, member, session));
    return;
  }
}
