/** Pictures over WebRTC: from one end to the other, or through the VideoRoom of a Janus. */

import { connect, openConnection } from './connection.ts';
import type { Ends, Show } from './latency.ts';
import { play } from './media.ts';
import { enter, newRoom } from './visitor.ts';

/** Connects the two ends without anything between them. */
export async function connectDirectly(ends: Ends): Promise<void> {
  const [alice, bob] = [openConnection(ends.alice), openConnection(ends.bob)];
  bob.ontrack = ({ track, transceiver }) => {
    show(track, ends.showToBob);
    transceiver.direction = 'sendrecv';
    void transceiver.sender.replaceTrack(track);
  };
  alice.ontrack = ({ track }) => show(track, ends.showToAlice);
  alice.addTrack(ends.camera.track);
  await connect(alice, bob);
}

/** Connects each end to the media server: to send to it, and to receive from it what the other sends. */
export async function connectByJanus(ends: Ends, url: string): Promise<void> {
  const room = newRoom();
  const alice = await enter(url, room, ends.alice);
  const bob = await enter(url, room, ends.bob);
  await alice.send(ends.camera.track);
  const atBob = trackOf(await bob.receive());
  show(atBob, ends.showToBob);
  await bob.send(atBob);
  show(trackOf(await alice.receive()), ends.showToAlice);
}

function trackOf(pc: RTCPeerConnection): MediaStreamTrack {
  return pc.getReceivers()[0]!.track;
}

/** Plays a track, and tells of each of its pictures. */
function show(track: MediaStreamTrack, show: Show): void {
  const video = play(track) as HTMLVideoElement;
  const next = () => {
    show(video);
    video.requestVideoFrameCallback(next);
  };
  video.requestVideoFrameCallback(next);
}
