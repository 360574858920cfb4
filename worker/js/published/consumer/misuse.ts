/** Uses the package wrongly: each line that is said to be an error must be one. It is never run. */

import { Frameseal, FramesealError } from 'frameseal';
import type { FramesealOptions, FramesealStats } from 'frameseal';
import { install, Installation } from 'frameseal/install.js';
import { Negotiation } from 'frameseal/negotiation.js';

// @ts-expect-error: internal
export type { Channel } from 'frameseal';
// @ts-expect-error: internal
export type { Pipeline } from 'frameseal';
// @ts-expect-error: the glue's
export type { Session } from 'frameseal';
// @ts-expect-error: there is no such entry
export type * as missing from 'frameseal/missing.js';

const members = { room: 'standup', member: 'alice' };
// @ts-expect-error: no room
export const roomless: FramesealOptions = { member: 'alice' };
// @ts-expect-error: misspelt
export const misspelt: FramesealOptions = { ...members, secrets: 'five random words' };
// @ts-expect-error: no number
export const numbered: FramesealOptions = { ...members, secret: 7 };
// @ts-expect-error: no such suite
export const suite: FramesealOptions = { ...members, cipherSuite: 'AES_128_GCM' };
// @ts-expect-error: no such profile
export const profile: FramesealOptions = { ...members, profile: 'frameseal/2' };
// @ts-expect-error: neither true nor false
export const judgement: FramesealOptions = { ...members, acceptMember: () => 'yes' };

// @ts-expect-error: no options
new Frameseal();
// @ts-expect-error: misspelt
new Frameseal({ ...members, pasword: 'five random words' });

export async function misuse(frameseal: Frameseal, pc: RTCPeerConnection): Promise<void> {
  // @ts-expect-error: misspelt
  frameseal.addEventListener('probelm', () => {});
  // @ts-expect-error: misspelt
  frameseal.removeEventListener('probelm', () => {});
  // @ts-expect-error: any string
  frameseal.addEventListener(String('problem'), () => {});
  // @ts-expect-error: another event's detail
  frameseal.addEventListener('source', ({ detail }) => detail.code);
  // @ts-expect-error: no such code
  frameseal.addEventListener('problem', ({ detail }) => detail.code === 'nothing');
  // @ts-expect-error: no such state
  frameseal.addEventListener('member', ({ detail }) => detail.state === 'joined');
  // @ts-expect-error: no event of ours
  frameseal.addEventListener('message', (event: MouseEvent) => event.x);
  // @ts-expect-error: no listener
  frameseal.addEventListener('message', 'listener');

  // @ts-expect-error: an option is no argument
  frameseal.attach(pc, true);
  // @ts-expect-error: a track is no transceiver
  frameseal.protect(pc.getSenders()[0]!.track!);
  // @ts-expect-error: no such track
  frameseal.protect(pc.addTransceiver('video'), { track: 'track-3' });
  // @ts-expect-error: no number
  frameseal.memberJoined(7);
  // @ts-expect-error: text is no message
  frameseal.receive('bob', '1,2,3');
  // @ts-expect-error: text is no data
  await frameseal.seal('hello');
  // @ts-expect-error: no key
  await frameseal.setSendKey({ keyId: 1 });
  // @ts-expect-error: the keys are never told
  frameseal.baseKey;

  const stats: FramesealStats = await frameseal.stats();
  // @ts-expect-error: misspelt
  stats.tracks[0]?.droped;
  // @ts-expect-error: the worker's number
  stats.tracks[0]?.pipeline;

  // @ts-expect-error: no such code
  new FramesealError('unknown', '');
  // @ts-expect-error: made by install() alone
  new Installation();
  // @ts-expect-error: a connection
  install().claim(pc);
  // @ts-expect-error: neither end yields
  new Negotiation(pc, { send: () => {} });
}
