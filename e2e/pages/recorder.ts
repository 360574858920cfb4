/**
 * Makes a loopback call and keeps its encoded frames, as the encoder made them and as they arrive.
 */

import type { Tap, TappedFrame } from '../workers/messages.ts';
import { ask } from './ask.ts';
import { exchangeCandidates, type Encoding } from './connection.ts';
import { pause } from './media.ts';
import { streams, total } from './rtp-stats.ts';

export interface Recipe {
  /** MIME type, for example `video/VP8`. */
  mimeType: string;
  /** Size of the picture in pixels; 0 for audio. */
  width: number;
  height: number;
  /** Frames to record at least, then frames of a picture that grew, or of silence. */
  frames: number;
  changed: number;
  encodings: Encoding[];
}

/** Frames in order. */
export type Recording = Record<'sent' | 'received', TappedFrame[]>;

const FRAMES_PER_SECOND = 15;
const GROWTH = 4;

export async function record(recipe: Recipe): Promise<Recording> {
  const name = crypto.randomUUID();
  const worker = new Worker('../workers/plain.js', { type: 'module', name });
  const kind = recipe.mimeType.startsWith('audio/') ? 'audio' : 'video';
  const [here, there] = [new RTCPeerConnection(), new RTCPeerConnection()];
  exchangeCandidates(here, there);
  there.ontrack = ({ receiver }) => {
    receiver.transform = new RTCRtpScriptTransform(worker, { direction: 'receive', kind });
  };
  const source = kind === 'audio' ? await openMicrophone() : drawPictures(recipe);
  const { sender } = here.addTransceiver(source.track, {
    direction: 'sendonly',
    sendEncodings: recipe.encodings,
  });
  sender.transform = new RTCRtpScriptTransform(worker, { direction: 'send', kind });
  here.getTransceivers()[0]!.setCodecPreferences(codecs(kind, recipe.mimeType));
  await here.setLocalDescription();
  await there.setRemoteDescription(here.localDescription!);
  await there.setLocalDescription();
  await here.setRemoteDescription(acceptingAll(there.localDescription!, recipe.encodings));

  const frames = async (direction: Tap['direction']): Promise<TappedFrame[]> => {
    const taps = await ask<Tap[]>(name, 'taps', 0);
    return taps.find((tap) => tap.direction === direction)?.before ?? [];
  };
  const sent = async (count: number): Promise<void> => {
    while ((await frames('send')).length < count) await pause(20);
  };
  source.start();
  // Before it passes frames, the worker hears no question.
  while (total(await streams(here, 'outbound-rtp'), 'packetsSent') === 0) await pause(20);
  await sent(recipe.frames);
  source.change();
  await sent(recipe.frames + recipe.changed);
  return { sent: await frames('send'), received: await frames('receive') };
}

/** The codec alone: no retransmission format, no redundancy, and of H.264 one profile. */
function codecs(kind: 'audio' | 'video', mimeType: string): RTCRtpCodec[] {
  const all = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
  const codec = all.find((codec) => codec.mimeType.toLowerCase() === mimeType.toLowerCase());
  if (codec === undefined) throw new Error(`this browser has no ${mimeType}`);
  return [codec];
}

/** The answer of a receiver that takes every layer, over a network that is fast at once. */
function acceptingAll(
  answer: RTCSessionDescription,
  encodings: Encoding[],
): RTCSessionDescriptionInit {
  const rids = encodings.flatMap(({ rid }) => rid ?? []);
  const layers = rids.map((rid) => `a=rid:${rid} recv\r\n`).join('');
  const simulcast = rids.length > 0 ? `${layers}a=simulcast:recv ${rids.join(';')}\r\n` : '';
  // Chromium starts at 300 kbit/s, too little for the upper layers, and is slow to learn more.
  const fast = answer.sdp.replace(
    /a=rtpmap:(\d+) .*\r\n/,
    '$&a=fmtp:$1 x-google-start-bitrate=3000\r\n',
  );
  return { type: 'answer', sdp: fast + simulcast };
}

/** What is recorded, and how it changes in the middle of the recording. */
interface Source {
  track: MediaStreamTrack;
  start(): void;
  change(): void;
}

/** Moving shapes on a gradient: something to predict, and something new in every frame. */
function drawPictures({ width, height }: Recipe): Source {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d')!;
  let frame = 0;
  const draw = () => drawPicture(context, frame++);
  draw();
  return {
    track: canvas.captureStream(FRAMES_PER_SECOND).getVideoTracks()[0]!,
    start: () => void setInterval(draw, 1000 / FRAMES_PER_SECOND),
    // A new size makes every encoder start over with a key frame.
    change: () => void Object.assign(canvas, { width: width * GROWTH, height: height * GROWTH }),
  };
}

function drawPicture(context: CanvasRenderingContext2D, frame: number): void {
  const { width, height } = context.canvas;
  const gradient = context.createLinearGradient(0, 0, width, height);
  gradient.addColorStop(0, `hsl(${frame * 3} 70% 40%)`);
  gradient.addColorStop(1, `hsl(${frame * 3 + 120} 70% 60%)`);
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
  for (let shape = 0; shape < 40; shape++) {
    context.fillStyle = `hsl(${shape * 27} 80% ${20 + (shape % 7) * 10}%)`;
    const x = (shape * 0.137 * width + frame * (1 + (shape % 5))) % width;
    const y = (shape * 0.271 * height) % height;
    context.fillRect(x, y, width / 16, height / 20);
  }
}

/** The fake microphone, which is muted: silence is recorded too. */
async function openMicrophone(): Promise<Source> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const [track] = stream.getAudioTracks() as [MediaStreamTrack];
  return { track, start() {}, change: () => (track.enabled = false) };
}
