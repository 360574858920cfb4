/** Pictures through the VideoRoom of a Janus. */

import { play } from './latency-mesh.ts';
import type { Ends, Wire } from './latency.ts';
import { newRoom, Visitor } from './visitor.ts';

/** Connects each end to the media server: to send to it, and to receive from it what the other sends. */
export async function connectByJanus(ends: Ends, url: string): Promise<Wire> {
  const room = newRoom();
  const alice = await Visitor.enter(url, room, ends.alice);
  const bob = await Visitor.enter(url, room, ends.bob);
  const [camera] = ends.camera.stream().getVideoTracks();
  await alice.send(camera!);
  const atBob = trackOf(await bob.receive());
  play(atBob, ends.showToBob);
  await bob.send(atBob);
  play(trackOf(await alice.receive()), ends.showToAlice);
  return {
    close: () => {
      alice.close();
      bob.close();
    },
  };
}

function trackOf(pc: RTCPeerConnection): MediaStreamTrack {
  return pc.getReceivers()[0]!.track;
}
