/**
 * Makes a loopback call and keeps its encoded frames, as the encoder made them and as they arrive.
 */

import type { Tap, TappedFrame } from '../workers/messages.ts';
import { ask } from './ask.ts';
import { exchangeCandidates, type Encoding } from './connection.ts';
import { openCamera, pause } from './media.ts';
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

/** So much that the picture is a large one even after browsers have made it smaller for the bit rate. */
const GROWTH = 16;
/** Frames that the encoder has already when the picture grows. */
const UNDER_WAY = 3;

export async function record(recipe: Recipe): Promise<Recording> {
  const name = crypto.randomUUID();
  const worker = new Worker('../workers/plain.js', { type: 'module', name });
  const kind = recipe.mimeType.startsWith('audio/') ? 'audio' : 'video';
  const [here, there] = [new RTCPeerConnection(), new RTCPeerConnection()];
  exchangeCandidates(here, there);
  there.ontrack = ({ receiver }) => {
    receiver.transform = new RTCRtpScriptTransform(worker, { direction: 'receive', kind });
  };
  const { track, change } = await (kind === 'audio' ? openMicrophone() : openPicture(recipe));
  const { sender } = here.addTransceiver(track, {
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
  // Before it passes frames, the worker hears no question.
  while (total(await streams(here, 'outbound-rtp'), 'packetsSent') === 0) await pause(20);
  await sent(recipe.frames);
  if (recipe.changed > 0) {
    change();
    await sent((await frames('send')).length + UNDER_WAY + recipe.changed);
  }
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
  change(): void;
}

function openPicture({ width, height }: Recipe): Source {
  const { track, resize } = openCamera(drawPicture, { width, height, framesPerSecond: 15 });
  // A new size makes every encoder start over with a key frame.
  return { track, change: () => resize(width * GROWTH, height * GROWTH) };
}

/** Moving shapes on a gradient: something to predict, and something new in every frame. */
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
  return { track, change: () => (track.enabled = false) };
}
