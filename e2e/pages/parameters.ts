/** An application changes the parameters of its sender while others join. */

import { Frameseal } from 'frameseal';
import { connect } from './loopback.ts';
import { openMedia } from './made-media.ts';
import { pause } from './received.ts';

export interface Changes {
  made: number;
  rejected: string[];
  joined: number;
}

/** @param joins how many members come meanwhile; `undefined`: without Frameseal. */
export async function change(count: number, joins: number | undefined): Promise<Changes> {
  const room = 'parameters';
  const alice = joins === undefined ? undefined : await Frameseal.create({ room, member: 'alice' });
  const pc = alice?.connection() ?? new RTCPeerConnection();
  const other = new RTCPeerConnection();
  const media = openMedia();
  const sender = pc.addTrack(media.tracks.find(({ kind }) => kind === 'video')!);
  await connect(pc, other);

  const rejected: string[] = [];
  const [joined] = await Promise.all([
    alice ? joinAll(alice, room, joins ?? 0) : 0,
    (async () => {
      for (let made = 0; made < count; made += 1) {
        const parameters = sender.getParameters();
        await pause(0);
        parameters.encodings[0]!.maxBitrate = 300_000 + made;
        await sender.setParameters(parameters).catch((error: unknown) => rejected.push(String(error)));
      }
    })(),
  ]);
  for (const end of [pc, other]) end.close();
  alice?.close();
  media.stop();
  return { made: count, rejected, joined };
}

/** Members come one after the other, and each is secured. */
async function joinAll(alice: Frameseal, room: string, joins: number): Promise<number> {
  for (let number = 0; number < joins; number += 1) {
    const member = `member ${number}`;
    const guest = await Frameseal.create({ room, member });
    const toGuest = ({ detail: { to, data } }: CustomEvent<{ to: string | null; data: Uint8Array }>): void => {
      if (to === null || to === member) guest.receive('alice', data);
    };
    alice.addEventListener('message', toGuest);
    guest.addEventListener('message', ({ detail: { data } }) => alice.receive(member, data));
    const secured = new Promise<void>((resolve) => {
      guest.addEventListener('member', ({ detail }) => detail.state === 'secured' && resolve());
    });
    alice.memberJoined(member);
    guest.memberJoined('alice');
    await secured;
    alice.removeEventListener('message', toGuest);
    alice.memberLeft(member);
    guest.close();
  }
  return joins;
}
