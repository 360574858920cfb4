/** What Alice sends comes to Bob once, and then twice, through a Janus. */

import { pause, playAll } from './media.ts';
import { received, type Received } from './rtp-stats.ts';
import { withManualKeys } from './sessions.ts';
import { enter, newRoom } from './visitor.ts';

/** Of each copy, what came in the same time. */
export interface Copies {
  alone: Received;
  /** Over two connections. */
  connections: Received[];
  /** Over one. */
  sections: Received[];
}

/** @param url of the Janus. */
export async function measure(url: string): Promise<Copies> {
  const sessions = await withManualKeys('copies');
  const room = newRoom();
  const alice = await enter(url, room, sessions[0]);
  const bob = await enter(url, room, sessions[1]);
  const video = { width: 320, height: 240, frameRate: 15 };
  const media = await navigator.mediaDevices.getUserMedia({ audio: true, video });
  await alice.send(...media.getAudioTracks(), ...media.getVideoTracks());

  const receive = async (mids?: string[]): Promise<RTCRtpReceiver[]> => {
    const pc = await bob.receive(mids);
    playAll(pc);
    return pc.getReceivers();
  };
  const countAll = async (copies: RTCRtpReceiver[][]): Promise<Received[]> => {
    await pause(SETTLING_MS);
    return Promise.all(copies.map((receivers) => received(receivers, MEASURE_MS)));
  };
  const first = await receive();
  const [alone] = await countAll([first]);
  const second = await receive();
  const both = await receive([...MIDS, ...MIDS]);
  const { length } = MIDS;
  const counted = await countAll([first, second, both.slice(0, length), both.slice(length)]);
  return { alone: alone!, connections: counted.slice(0, 2), sections: counted.slice(2) };
}

/** Of the microphone and of the camera, as Alice offers them. */
const MIDS = ['0', '1'];

/** Until there is a picture, and sound is not concealed any more. */
const SETTLING_MS = 3000;
const MEASURE_MS = 4000;
