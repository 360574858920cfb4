/** One end of a call, which the driver moves step by step: see `lib/peer.ts`. */

import type { CipherSuite, Frameseal, FramesealStats, ProblemDetail, SourceDetail } from 'frameseal';
import type { Tap } from '../workers/tapped-frame.ts';
import { rtpStats, type MediaKind, type RtpStats } from './rtp-stats.ts';
import { readTaps } from './worker-channel.ts';

/** A key of the tests: 32 times this byte. */
export interface TestKey {
  id: number;
  byte: number;
}

export interface PeerOptions {
  member: string;
  /** What seals and opens: the package, nothing behind a tap, or nothing at all. */
  protection: 'frameseal' | 'plain' | 'none';
  send?: TestKey | undefined;
  receive?: (TestKey & { member: string })[];
  /** Script of the worker, `tapped` by default; `null` is the package's own default. */
  worker?: string | null;
  /** Scripts that are no modules. */
  classic?: boolean;
  /** As in browsers before `RTCRtpScriptTransform`. */
  encodedStreams?: boolean;
  /** The end whose transforms the browser shall not heed, without a word. */
  deaf?: 'sender' | 'receiver';
  /** The package's default unless given. */
  cipherSuite?: CipherSuite;
  /** Leaves transceivers to `attach()` or `protect()` later on. */
  detached?: boolean;
}

/** TypeScript's own does not know SVC. */
export type Encoding = RTCRtpEncodingParameters & { scalabilityMode?: string };

/** An event of the package and when it came, in milliseconds of the page's clock. */
export interface Heard<Detail> {
  at: number;
  detail: Detail;
}

let options: PeerOptions;
let pc: RTCPeerConnection;
let frameseal: Frameseal | undefined;
let worker: Worker | undefined;
let channel: BroadcastChannel;
const tracks: Partial<Record<MediaKind, MediaStreamTrack>> = {};
const problems: Heard<ProblemDetail>[] = [];
/** Transceivers do not travel: they stay here. */
type Source = Omit<SourceDetail, 'transceiver'>;

const sources: Source[] = [];

const peer = {
  async open(given: PeerOptions): Promise<void> {
    options = given;
    if (options.encodedStreams) Reflect.deleteProperty(globalThis, 'RTCRtpScriptTransform');
    if (options.deaf) {
      const end = options.deaf === 'sender' ? RTCRtpSender : RTCRtpReceiver;
      Object.defineProperty(end.prototype, 'transform', { value: null, writable: true });
    }
    channel = new BroadcastChannel(crypto.randomUUID());
    if (options.protection !== 'none' && options.worker !== null) {
      const script = options.protection === 'plain' ? 'plain' : (options.worker ?? 'tapped');
      worker = new Worker(`../workers/${script}.js`, {
        type: options.classic ? 'classic' : 'module',
        name: channel.name,
      });
    }
    if (options.protection === 'frameseal') await openFrameseal();
    // The latter is Chromium's own: it lets frames wait for `createEncodedStreams()`.
    pc = new RTCPeerConnection({
      bundlePolicy: 'max-bundle',
      ...(options.encodedStreams && { encodedInsertableStreams: true }),
    } as RTCConfiguration);
    pc.addEventListener('track', () => protectPlainly());
    if (!options.detached) frameseal?.attach(pc);
  },

  /** Opens the fake camera or microphone. */
  async openMedia(kind: MediaKind, width = 640, height = 480): Promise<void> {
    const wanted = kind === 'audio' ? { audio: true } : { video: { width, height } };
    const stream = await navigator.mediaDevices.getUserMedia(wanted);
    tracks[kind] = stream.getTracks()[0]!;
  },

  addTrack(kind: MediaKind): void {
    pc.addTrack(trackOf(kind), new MediaStream());
    protectPlainly();
  },

  addTransceiver(
    kind: MediaKind,
    init: RTCRtpTransceiverInit & { withTrack?: boolean } = {},
  ): void {
    const { withTrack = true, ...rest } = init;
    pc.addTransceiver(withTrack ? trackOf(kind) : kind, rest);
    protectPlainly();
  },

  /** Another track of the same source takes the place of the one that is sent, or none does. */
  async replaceTrack(mid: string, kind: MediaKind | null): Promise<void> {
    await transceiver(mid).sender.replaceTrack(kind && trackOf(kind).clone());
  },

  /** No sender has a track any more: nothing is encoded. */
  async stopSending(): Promise<void> {
    await Promise.all(pc.getSenders().map((sender) => sender.replaceTrack(null)));
  },

  setDirection(mid: string, direction: RTCRtpTransceiverDirection): void {
    transceiver(mid).direction = direction;
  },

  stopTransceiver(mid: string): void {
    transceiver(mid).stop();
  },

  /** Whether the browser encodes and decodes a codec, for example `VP8`. */
  hasCodec(codec: string): boolean {
    return codecs(codec).length > 0;
  },

  /** Negotiates nothing but this codec and its retransmissions. */
  preferCodec(codec: string): void {
    for (const transceiver of pc.getTransceivers()) {
      if (transceiver.receiver.track.kind === 'video') {
        transceiver.setCodecPreferences([...codecs(codec), ...codecs('rtx')]);
      }
    }
  },

  /** Attaches a peer that was opened `detached`. */
  attach(): void {
    if (frameseal) frameseal.attach(pc);
    options.detached = false;
    protectPlainly();
  },

  /** Pictures stay as large as they are when the machine is busy, and become fewer. */
  async keepResolution(): Promise<void> {
    for (const sender of pc.getSenders()) {
      const parameters = sender.getParameters();
      await sender.setParameters({ ...parameters, degradationPreference: 'maintain-resolution' });
    }
  },

  /** Offers or answers; the description holds all candidates. */
  async setLocal(): Promise<RTCSessionDescriptionInit> {
    await pc.setLocalDescription();
    while (pc.iceGatheringState !== 'complete') {
      await new Promise((change) =>
        pc.addEventListener('icegatheringstatechange', change, { once: true }),
      );
    }
    const { type, sdp } = pc.localDescription!;
    return { type, sdp };
  },

  async setRemote(description: RTCSessionDescriptionInit): Promise<void> {
    await pc.setRemoteDescription(description);
  },

  mids(): (string | null)[] {
    return pc.getTransceivers().map(({ mid }) => mid);
  },

  async rtpStats(): Promise<RtpStats[]> {
    return rtpStats(pc);
  },

  /** Bigints do not travel: the key ID stays here. */
  async framesealStats(): Promise<Omit<FramesealStats, 'sendKeyId'>> {
    const { sendKeyId: _, ...stats } = await frameseal!.stats();
    return stats;
  },

  problems(): (Omit<Heard<ProblemDetail>, 'detail'> & { detail: Omit<ProblemDetail, 'keyId'> })[] {
    return problems.map(({ at, detail: { keyId: _, ...detail } }) => ({ at, detail }));
  },

  sources(): Source[] {
    return sources;
  },

  /** Every frame since then, in milliseconds of the system's clock. */
  taps(since: number): Promise<Tap<string>[]> {
    return readTaps(channel.name, since);
  },

  /** Says something to the worker on the side, for scripts that listen there. */
  tellWorker(message: string): void {
    channel.postMessage(message);
  },

  terminateWorker(): void {
    worker!.terminate();
  },

  async setSendKey(key: TestKey): Promise<void> {
    await frameseal!.setSendKey({ keyId: key.id, baseKey: baseKey(key) });
  },

  async addReceiveKey(key: TestKey, member: string): Promise<void> {
    await frameseal!.addReceiveKey({ keyId: key.id, baseKey: baseKey(key), member });
  },

  async removeReceiveKey(id: number): Promise<void> {
    await frameseal!.removeReceiveKey(id);
  },

  /** Lets only this member's frames come out of the receivers of a kind. */
  expect(kind: MediaKind, from: string): void {
    for (const transceiver of pc.getTransceivers()) {
      if (transceiver.receiver.track.kind === kind) frameseal!.protect(transceiver, { from });
    }
  },

  closeFrameseal(): void {
    frameseal!.close();
  },

  now(): number {
    return performance.now();
  },

  close(): void {
    pc.close();
    frameseal?.close();
    worker?.terminate();
    for (const track of Object.values(tracks)) track.stop();
  },
};

export type PeerApi = typeof peer;

declare global {
  interface Window {
    peer: PeerApi;
  }
}

window.peer = peer;

async function openFrameseal(): Promise<void> {
  // Not before the page looks as the browser shall: the package reads its features once.
  const { Frameseal } = await import('frameseal');
  frameseal = await Frameseal.create({
    room: 'e2e',
    member: options.member,
    keys: 'manual',
    ...(worker && { worker }),
    ...(options.cipherSuite && { cipherSuite: options.cipherSuite }),
  });
  frameseal.addEventListener('problem', ({ detail }) =>
    problems.push({ at: performance.now(), detail }),
  );
  frameseal.addEventListener('source', ({ detail: { transceiver, ...detail } }) => {
    sources.push(detail);
  });
  if (options.send) await peer.setSendKey(options.send);
  for (const key of options.receive ?? []) await peer.addReceiveKey(key, key.member);
}

/** Taps both ends of every new transceiver, in the turn that made it. */
function protectPlainly(): void {
  if (options.protection !== 'plain' || options.detached) return;
  for (const { sender, receiver } of pc.getTransceivers()) {
    const { kind } = receiver.track;
    sender.transform ??= new RTCRtpScriptTransform(worker!, { direction: 'send', kind });
    receiver.transform ??= new RTCRtpScriptTransform(worker!, { direction: 'receive', kind });
  }
}

function baseKey({ byte }: TestKey): Uint8Array {
  return new Uint8Array(32).fill(byte);
}

function trackOf(kind: MediaKind): MediaStreamTrack {
  const track = tracks[kind];
  if (!track) throw new Error(`openMedia('${kind}') comes first`);
  return track;
}

function transceiver(mid: string): RTCRtpTransceiver {
  const found = pc.getTransceivers().find((transceiver) => transceiver.mid === mid);
  if (!found) throw new Error(`no transceiver has mid ${mid}`);
  return found;
}

/** The variants of a codec that the browser both sends and receives. */
function codecs(name: string): RTCRtpCodec[] {
  const named = (all: RTCRtpCapabilities | null) =>
    all?.codecs.filter(
      ({ mimeType }) => mimeType.toLowerCase() === `video/${name}`.toLowerCase(),
    ) ?? [];
  const sent = named(RTCRtpSender.getCapabilities('video'));
  const sends = ({ sdpFmtpLine }: RTCRtpCodec) =>
    sent.some((codec) => codec.sdpFmtpLine === sdpFmtpLine);
  return named(RTCRtpReceiver.getCapabilities('video')).filter(sends);
}
