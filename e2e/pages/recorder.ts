/**
 * Makes a loopback call and keeps its encoded frames, as the encoder made them and as they arrive.
 */

import type { RecordedFrame } from '../workers/messages.ts';
import { exchangeCandidates } from './loopback.ts';

export interface Recipe {
  /** MIME type, for example `video/VP8`. */
  mimeType: string;
  /** Size of the picture in pixels; 0 for audio. */
  width: number;
  height: number;
  /** Frames to record, then frames of a picture that grew, or of silence. */
  frames: number;
  changed: number;
  encodings: Encoding[];
}

/** TypeScript's own does not know SVC. */
export type Encoding = RTCRtpEncodingParameters & { scalabilityMode?: string };

/** Frames in order, their bytes in base64. */
export type Recording = (Omit<RecordedFrame, 'data'> & { data: string })[];

const FRAMES_PER_SECOND = 15;
const GROWTH = 4;

export async function record(recipe: Recipe): Promise<Recording> {
  const worker = new Worker('../workers/recorder.js', { type: 'module' });
  const [here, there] = [new RTCPeerConnection(), new RTCPeerConnection()];
  exchangeCandidates(here, there);
  there.ontrack = ({ receiver }) => {
    receiver.transform = new RTCRtpScriptTransform(worker, { side: 'received' });
  };

  const frames: RecordedFrame[] = [];
  const source = recipe.mimeType.startsWith('audio/')
    ? await Microphone.open()
    : new Picture(recipe);
  const done = new Promise<void>((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<RecordedFrame>) => {
      frames.push(data);
      const sent = frames.filter(({ side }) => side === 'sent').length;
      if (sent === recipe.frames) source.change();
      if (sent >= recipe.frames + recipe.changed) resolve();
    };
  });

  const transceiver = here.addTransceiver(source.track, {
    direction: 'sendonly',
    sendEncodings: recipe.encodings,
  });
  transceiver.sender.transform = new RTCRtpScriptTransform(worker, { side: 'sent' });
  transceiver.setCodecPreferences(codecs(recipe.mimeType));

  await here.setLocalDescription();
  await there.setRemoteDescription(here.localDescription!);
  await there.setLocalDescription();
  await here.setRemoteDescription(acceptingAll(there.localDescription!, recipe.encodings));
  source.start();
  await done;

  source.stop();
  here.close();
  there.close();
  worker.terminate();
  return frames.map(({ data, ...frame }) => ({ ...frame, data: data.toBase64() }));
}

/** The codec alone: no retransmission format, no redundancy, and of H.264 one profile. */
function codecs(mimeType: string): RTCRtpCodec[] {
  const kind = mimeType.startsWith('audio/') ? 'audio' : 'video';
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

/** Moving shapes on a gradient: something to predict, and something new in every frame. */
class Picture {
  readonly track: MediaStreamTrack;
  readonly #canvas = document.createElement('canvas');
  readonly #context: CanvasRenderingContext2D;
  #frame = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor({ width, height }: Recipe) {
    Object.assign(this.#canvas, { width, height });
    this.#context = this.#canvas.getContext('2d')!;
    this.#draw();
    this.track = this.#canvas.captureStream(FRAMES_PER_SECOND).getVideoTracks()[0]!;
  }

  start(): void {
    this.#timer = setInterval(() => this.#draw(), 1000 / FRAMES_PER_SECOND);
  }

  /** A new size makes every encoder start over with a key frame. */
  change(): void {
    this.#canvas.width *= GROWTH;
    this.#canvas.height *= GROWTH;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.track.stop();
  }

  #draw(): void {
    const { width, height } = this.#canvas;
    const frame = this.#frame++;
    const gradient = this.#context.createLinearGradient(0, 0, width, height);
    gradient.addColorStop(0, `hsl(${frame * 3} 70% 40%)`);
    gradient.addColorStop(1, `hsl(${frame * 3 + 120} 70% 60%)`);
    this.#context.fillStyle = gradient;
    this.#context.fillRect(0, 0, width, height);
    for (let shape = 0; shape < 40; shape++) {
      this.#context.fillStyle = `hsl(${shape * 27} 80% ${20 + (shape % 7) * 10}%)`;
      const x = (shape * 0.137 * width + frame * (1 + (shape % 5))) % width;
      const y = (shape * 0.271 * height) % height;
      this.#context.fillRect(x, y, width / 16, height / 20);
    }
  }
}

/** The fake microphone, muted in the middle of the recording: silence is recorded too. */
class Microphone {
  static async open(): Promise<Microphone> {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    return new Microphone(stream.getAudioTracks()[0]!);
  }

  readonly track: MediaStreamTrack;

  private constructor(track: MediaStreamTrack) {
    this.track = track;
  }

  start(): void {}

  change(): void {
    this.track.enabled = false;
  }

  stop(): void {
    this.track.stop();
  }
}
