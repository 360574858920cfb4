/** What a browser counts of media. */

import { pause } from './media.ts';

export type MediaKind = 'audio' | 'video';

/** What statistics of a stream, or of a codec, have of this. */
export interface StreamStats extends Partial<Record<Counter, number>> {
  type: string;
  kind: MediaKind;
  ssrc: number;
  frameWidth?: number;
  /** Of what was played: silence has none. */
  totalAudioEnergy?: number;
  /** Of a codec. */
  mimeType?: string;
}

type Counter =
  | `frames${'Decoded' | 'Encoded' | 'Received' | 'Sent'}`
  | `packets${'Lost' | 'Received' | 'Sent'}`
  | `${'pli' | 'fir'}Count`
  | 'totalSamplesReceived'
  | 'concealedSamples'
  | `jitterBuffer${'Delay' | 'EmittedCount'}`;

/** The streams that come, or that go; or their codecs. */
export async function streams(
  of: { getStats(): Promise<RTCStatsReport> },
  type: 'inbound-rtp' | 'outbound-rtp' | 'codec',
): Promise<StreamStats[]> {
  const all = [...(await of.getStats()).values()] as StreamStats[];
  return all.filter((stats) => stats.type === type);
}

/** Counters of all these streams together. */
export function total(streams: StreamStats[], ...counters: Counter[]): number {
  const numbers = streams.flatMap((stats) => counters.map((counter) => stats[counter] ?? 0));
  return numbers.reduce((sum, number) => sum + number, 0);
}

/** Pictures that came over a connection so far. */
export async function decodedPictures(pc: RTCPeerConnection): Promise<number> {
  return total(await streams(pc, 'inbound-rtp'), 'framesDecoded');
}

/** What the browser counts of one direction of one transceiver, all its streams together. */
export interface RtpStats {
  /** At the other end of the connection. */
  other: string;
  mid: string | null;
  kind: MediaKind;
  direction: 'send' | 'receive';
  /** Sending: encoded. Receiving: decoded. */
  frames: number;
  /** Sending: put on the wire. Receiving: complete. */
  transported: number;
  packets: number;
  keyFrameRequests: number;
  width: number;
  /** SSRC, of the last stream if there are several. */
  source: number | undefined;
}

/** Both directions of every transceiver. */
export function rtpStats(other: string, pc: RTCPeerConnection): Promise<RtpStats[]> {
  const all = pc.getTransceivers().flatMap(({ mid, sender, receiver }) => {
    const common = { other, mid, kind: receiver.track.kind as MediaKind };
    return [
      count({ ...common, direction: 'send' }, streams(sender, 'outbound-rtp')),
      count({ ...common, direction: 'receive' }, streams(receiver, 'inbound-rtp')),
    ];
  });
  return Promise.all(all);
}

async function count(
  way: Pick<RtpStats, 'other' | 'mid' | 'kind' | 'direction'>,
  streams: Promise<StreamStats[]>,
): Promise<RtpStats> {
  const all = await streams; // with the counters of one direction alone
  return {
    ...way,
    frames: total(all, 'framesEncoded', 'framesDecoded'),
    transported: total(all, 'framesSent', 'framesReceived'),
    packets: total(all, 'packetsSent', 'packetsReceived'),
    keyFrameRequests: total(all, 'pliCount', 'firCount'),
    width: Math.max(0, ...all.map(({ frameWidth = 0 }) => frameWidth)),
    source: all.at(-1)?.ssrc,
  };
}

/** What receivers made of what came in some time. */
export interface Received {
  /** Pictures decoded. */
  pictures: number;
  /** Sound that was played as it came, in ms. */
  soundMs: number;
  /** Sound that was made up in place of what did not come, in ms. */
  concealedMs: number;
  /** How long a piece of sound waited to be played, on average, in ms. */
  delayMs: number;
}

/** Counts for so long what comes to these receivers, all together. */
export async function received(receivers: RTCRtpReceiver[], ms: number): Promise<Received> {
  const before = await soFar(receivers);
  await pause(ms);
  const now = await soFar(receivers);
  const grown = (what: keyof typeof now) => now[what] - before[what];
  const concealedMs = grown('concealed') / SAMPLES_PER_MS;
  return {
    pictures: grown('pictures'),
    soundMs: grown('samples') / SAMPLES_PER_MS - concealedMs,
    concealedMs,
    delayMs: (1000 * grown('delay')) / grown('emitted'),
  };
}

async function soFar(receivers: RTCRtpReceiver[]) {
  const each = await Promise.all(receivers.map((receiver) => streams(receiver, 'inbound-rtp')));
  const all = each.flat();
  const sound = all.filter(({ kind }) => kind === 'audio'); // pictures have a jitter buffer, too
  return {
    pictures: total(all, 'framesDecoded'),
    samples: total(sound, 'totalSamplesReceived'),
    concealed: total(sound, 'concealedSamples'),
    delay: total(sound, 'jitterBufferDelay'),
    emitted: total(sound, 'jitterBufferEmittedCount'),
  };
}

/** WebRTC's clock of sound. */
export const SAMPLES_PER_MS = 48;
