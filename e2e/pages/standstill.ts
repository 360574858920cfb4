/** For how long pictures stand still at Bob's, between two that are decoded. */

import { Frameseal } from 'frameseal';
import { codecs } from './codecs.ts';
import { connect } from './loopback.ts';
import { openMedia } from './made-media.ts';
import { pause } from './received.ts';

export interface Watched {
  /** When a picture was decoded, in ms of the page's clock. */
  pictures: number[];
  /** Key frames that Bob's session asked for. */
  asked: number;
  /** Frames that it dropped. */
  dropped: number;
}

/**
 * Watches a call without retransmission.
 *
 * @param worker of Bob's session: a script of `workers/`; by default the package's own.
 */
export async function watch(codec: string, ms: number, worker?: string): Promise<Watched> {
  const [alice, bob] = await members(worker);
  const [sending, receiving] = [alice.connection(), bob.connection()];
  const media = openMedia();
  receiving.ontrack = ({ track }) => media.play(track);
  const [camera] = media.tracks.filter(({ kind }) => kind === 'video');
  const { sender } = sending.addTransceiver(camera!, { direction: 'sendonly' });
  sending.getTransceivers()[0]!.setCodecPreferences(codecs(codec)); // and no `rtx`
  await connect(sending, receiving);

  const pictures: number[] = [];
  let decoded = 0;
  for (const end = performance.now() + ms; performance.now() < end; await pause(10)) {
    const now = await count(receiving);
    if (now > decoded) pictures.push(performance.now());
    decoded = now;
  }
  const { tracks } = await bob.stats();
  const { keyFramesAsked, dropped } = tracks.find(({ direction }) => direction === 'receive')!;
  sender.track?.stop();
  for (const end of [sending, receiving, alice, bob]) end.close();
  media.stop();
  return { pictures, asked: keyFramesAsked, dropped: dropped.authenticationFailed };
}

async function members(worker: string | undefined): Promise<[Frameseal, Frameseal]> {
  const open = (member: string, script?: string) =>
    Frameseal.create({
      room: 'standstill',
      member,
      keys: 'manual',
      ...(script && { worker: new URL(`../workers/${script}.js`, location.href) }),
    });
  const [alice, bob] = await Promise.all([open('alice'), open('bob', worker)]);
  const baseKey = crypto.getRandomValues(new Uint8Array(32));
  await bob.addReceiveKey({ keyId: 1, baseKey: baseKey.slice(), member: 'alice' });
  await alice.setSendKey({ keyId: 1, baseKey });
  return [alice, bob];
}

async function count(pc: RTCPeerConnection): Promise<number> {
  let frames = 0;
  (await pc.getStats()).forEach(({ type, framesDecoded = 0 }: { type: string; framesDecoded?: number }) => {
    if (type === 'inbound-rtp') frames += framesDecoded;
  });
  return frames;
}
