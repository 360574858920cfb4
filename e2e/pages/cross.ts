/** One end of a call whose other end is in another browser. The driver carries the descriptions. */

import { Frameseal } from 'frameseal';
import { codecs } from './codecs.ts';
import { openMedia, type Media } from './made-media.ts';

let frameseal: Frameseal;
let pc: RTCPeerConnection;
let media: Media;

/** @param mine and theirs number the keys: 32 times this byte. */
export async function open(mine: number, theirs: number): Promise<void> {
  frameseal = await Frameseal.create({ room: 'cross', member: `${mine}`, keys: 'manual' });
  await frameseal.setSendKey({ keyId: mine, baseKey: new Uint8Array(32).fill(mine) });
  await frameseal.addReceiveKey({ keyId: theirs, baseKey: new Uint8Array(32).fill(theirs) });
  pc = frameseal.connection();
  media = openMedia();
  pc.ontrack = ({ track }) => media.play(track);
  for (const track of media.tracks) pc.addTrack(track, new MediaStream());
}

/** Offers pictures in one codec. */
export function offer(codec: string): Promise<RTCSessionDescriptionInit> {
  for (const transceiver of pc.getTransceivers()) {
    if (transceiver.receiver.track.kind !== 'video') continue;
    transceiver.setCodecPreferences([...codecs(codec), ...codecs('rtx')]);
  }
  return describe();
}

export async function answer(description: RTCSessionDescriptionInit): Promise<RTCSessionDescriptionInit> {
  await pc.setRemoteDescription(description);
  return describe();
}

export async function accept(description: RTCSessionDescriptionInit): Promise<void> {
  await pc.setRemoteDescription(description);
}

export interface Counts {
  sealed: number;
  opened: number;
  decoded: number;
}

/** Of pictures, so far. */
export async function count(): Promise<Counts> {
  let decoded = 0;
  (await pc.getStats()).forEach(({ type, framesDecoded = 0 }: { type: string; framesDecoded?: number }) => {
    if (type === 'inbound-rtp') decoded += framesDecoded;
  });
  const { tracks } = await frameseal.stats();
  const passed = (direction: string) =>
    tracks.find((track) => track.kind === 'video' && track.direction === direction)?.passed ?? 0;
  return { sealed: passed('send'), opened: passed('receive'), decoded };
}

export function close(): void {
  pc.close();
  frameseal.close();
  media.stop();
}

/** The description holds all candidates. */
async function describe(): Promise<RTCSessionDescriptionInit> {
  await pc.setLocalDescription();
  while (pc.iceGatheringState !== 'complete') {
    await new Promise((change) =>
      pc.addEventListener('icegatheringstatechange', change, { once: true }),
    );
  }
  const { type, sdp } = pc.localDescription!;
  return { type, sdp };
}
