/** Connections, and the negotiation between two of them. */

import type { Frameseal } from 'frameseal';
import { playAll } from './media.ts';

/** TypeScript's own does not know SVC. */
export type Encoding = RTCRtpEncodingParameters & { scalabilityMode?: string };

/** Opens one that `frameseal` protects, if there is one. */
export function openConnection(frameseal?: Frameseal): RTCPeerConnection {
  return frameseal?.connection() ?? new RTCPeerConnection();
}

/**
 * Has Bob get, and play, what Alice sends.
 *
 * @param codec of her pictures, which are not sent again then.
 */
export async function send(
  tracks: MediaStreamTrack[],
  [alice, bob]: Frameseal[] = [],
  codec?: string,
): Promise<[sending: RTCPeerConnection, receiving: RTCPeerConnection]> {
  const [sending, receiving] = [openConnection(alice), openConnection(bob)];
  playAll(receiving);
  const stream = new MediaStream(tracks);
  for (const track of tracks) sending.addTrack(track, stream);
  if (codec) preferCodec(sending, codec, []);
  await connect(sending, receiving);
  return [sending, receiving];
}

/** Connects two ends in one page; the first one offers. */
export async function connect(offerer: RTCPeerConnection, answerer: RTCPeerConnection): Promise<void> {
  exchangeCandidates(offerer, answerer);
  await offerer.setLocalDescription();
  await answerer.setRemoteDescription(offerer.localDescription!);
  await answerer.setLocalDescription();
  await offerer.setRemoteDescription(answerer.localDescription!);
}

export function exchangeCandidates(one: RTCPeerConnection, other: RTCPeerConnection): void {
  one.onicecandidate = ({ candidate }) => void other.addIceCandidate(candidate ?? undefined);
  other.onicecandidate = ({ candidate }) => void one.addIceCandidate(candidate ?? undefined);
}

/** Offers or answers; the description holds all candidates. */
export async function describe(pc: RTCPeerConnection): Promise<RTCSessionDescriptionInit> {
  await pc.setLocalDescription();
  while (pc.iceGatheringState !== 'complete') {
    await new Promise((change) => {
      pc.addEventListener('icegatheringstatechange', change, { once: true });
    });
  }
  const { type, sdp } = pc.localDescription!;
  return { type, sdp };
}

/** Whether the browser encodes and decodes a video codec, for example `VP8`. */
export function hasCodec(name: string): boolean {
  return codecs(name).length > 0;
}

/** Negotiates pictures in nothing but these, by default with retransmissions. */
export function preferCodec(pc: RTCPeerConnection, codec: string, also: string[] = ['rtx']): void {
  for (const transceiver of pc.getTransceivers()) {
    if (transceiver.receiver.track.kind !== 'video') continue;
    transceiver.setCodecPreferences([codec, ...also].flatMap(codecs));
  }
}

/** The variants of a codec that the browser both sends and receives. */
function codecs(name: string): RTCRtpCodec[] {
  const mimeType = `video/${name}`.toLowerCase();
  const named = (all: RTCRtpCapabilities | null) =>
    all?.codecs.filter((codec) => codec.mimeType.toLowerCase() === mimeType) ?? [];
  const sent = named(RTCRtpSender.getCapabilities('video')).map(({ sdpFmtpLine }) => sdpFmtpLine);
  return named(RTCRtpReceiver.getCapabilities('video')).filter(({ sdpFmtpLine }) => {
    return sent.includes(sdpFmtpLine);
  });
}
