/** Pictures over a connection from one end to the other. */

import type { Frameseal } from 'frameseal';
import { connect } from './loopback.ts';
import type { Ends, Show, Wire } from './latency.ts';

/** Connects the two ends without anything between them. */
export async function connectDirectly(ends: Ends): Promise<Wire> {
  const alice = openConnection(ends.alice);
  const bob = openConnection(ends.bob);
  bob.ontrack = ({ track, transceiver }) => {
    play(track, ends.showToBob);
    transceiver.direction = 'sendrecv';
    void transceiver.sender.replaceTrack(track);
  };
  alice.ontrack = ({ track }) => play(track, ends.showToAlice);

  const stream = ends.camera.stream();
  for (const track of stream.getTracks()) alice.addTrack(track, stream);
  await connect(alice, bob);
  return {
    close: () => {
      alice.close();
      bob.close();
    },
  };
}

export function openConnection(frameseal: Frameseal | undefined): RTCPeerConnection {
  return frameseal?.connection() ?? new RTCPeerConnection();
}

/** Plays a track, and tells of each of its pictures. */
export function play(track: MediaStreamTrack, show: Show): void {
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = new MediaStream([track]);
  document.body.append(video);
  track.addEventListener('ended', () => video.remove());
  const next = () => {
    show(video);
    video.requestVideoFrameCallback(next);
  };
  video.requestVideoFrameCallback(next);
  void video.play();
}
