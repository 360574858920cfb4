/** Both ends of a call, in one page: one sends streams, the other receives and shows them. */

import { camera } from './camera.ts';
import { START, type End, type Sealing } from './sealing.ts';

const MAX_BITRATE = 300_000;

let sender: RTCPeerConnection;
let receiver: RTCPeerConnection;
let receivingEnd: End;

/** Sends so many streams, each of a camera's picture and a microphone's sound. */
export async function open(sealing: Sealing, streams: number): Promise<void> {
  const key = randomKey();
  const sendingEnd = await START[sealing]('send', key);
  receivingEnd = await START[sealing]('receive', key);
  // With this option Chromium sends nothing that no transform has passed: not for `off`.
  const configuration = { encodedInsertableStreams: sealing !== 'off' } as RTCConfiguration;
  sender = new RTCPeerConnection(configuration);
  receiver = new RTCPeerConnection(configuration);
  sendingEnd.attach(sender);
  receivingEnd.attach(receiver);
  receiver.addEventListener('track', ({ track }) => show(track));

  const [microphone] = (await navigator.mediaDevices.getUserMedia({ audio: true })).getTracks();
  const picture = camera();
  const sendEncodings = [{ maxBitrate: MAX_BITRATE }];
  for (let stream = 0; stream < streams; stream++) {
    const direction = 'sendonly';
    sendingEnd.sendsOn(sender.addTransceiver(microphone!, { direction }));
    const video = sender.addTransceiver(picture, { direction, sendEncodings });
    sendingEnd.sendsOn(video);
    video.setCodecPreferences(vp8());
  }
  await connect();
}

/** Of every received stream: pictures decoded, and bytes of pictures received. */
export async function received(): Promise<{ pictures: number[]; bytes: number }> {
  const pictures: number[] = [];
  let bytes = 0;
  for (const stats of (await receiver.getStats()).values()) {
    if (stats.type !== 'inbound-rtp' || stats.kind !== 'video') continue;
    pictures.push(stats.framesDecoded ?? 0);
    bytes += stats.bytesReceived ?? 0;
  }
  return { pictures, bytes };
}

/** The receiver opens with a key that nobody seals with. */
export async function loseKey(): Promise<void> {
  await receivingEnd.openWith(randomKey());
}

async function connect(): Promise<void> {
  sender.onicecandidate = ({ candidate }) => void receiver.addIceCandidate(candidate ?? undefined);
  receiver.onicecandidate = ({ candidate }) => void sender.addIceCandidate(candidate ?? undefined);
  await sender.setLocalDescription();
  await receiver.setRemoteDescription(sender.localDescription!);
  await receiver.setLocalDescription();
  await sender.setRemoteDescription(receiver.localDescription!);
}

/** As a call does; sound as well. */
function show(track: MediaStreamTrack): void {
  const element = document.createElement(track.kind as 'audio' | 'video');
  element.autoplay = true;
  element.srcObject = new MediaStream([track]);
  document.body.append(element);
}

function vp8(): RTCRtpCodec[] {
  const { codecs } = RTCRtpReceiver.getCapabilities('video')!;
  return codecs.filter(({ mimeType }) => /\/(VP8|rtx)$/i.test(mimeType));
}

function randomKey(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(KEY_LENGTH));
}

const KEY_LENGTH = 32;
