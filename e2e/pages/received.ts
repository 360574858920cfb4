/** What receivers make of what comes, as the browser counts it. */

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

/** Plays whatever comes over a connection: else it need not be decoded. */
export function playAll(pc: RTCPeerConnection): void {
  const play = (track: MediaStreamTrack): void => {
    const media = document.createElement(track.kind as 'audio' | 'video');
    media.srcObject = new MediaStream([track]);
    document.body.append(media);
    track.addEventListener('ended', () => media.remove());
    void media.play().catch(() => {}); // it ended meanwhile
  };
  for (const { track } of pc.getReceivers()) play(track);
  pc.addEventListener('track', ({ track }) => play(track));
}

/** Counts for so long what comes to these receivers, all together. */
export async function count(receivers: RTCRtpReceiver[], ms: number): Promise<Received> {
  const before = await total(receivers);
  await pause(ms);
  const now = await total(receivers);
  const grown = (name: keyof Counters) => now[name] - before[name];
  const concealedMs = grown('concealedSamples') / SAMPLES_PER_MS;
  return {
    pictures: grown('framesDecoded'),
    soundMs: grown('totalSamplesReceived') / SAMPLES_PER_MS - concealedMs,
    concealedMs,
    delayMs: (1000 * grown('jitterBufferDelay')) / grown('jitterBufferEmittedCount'),
  };
}

export function pause(ms: number): Promise<void> {
  return new Promise((over) => setTimeout(over, ms));
}

async function total(receivers: RTCRtpReceiver[]): Promise<Counters> {
  const sum = { ...NOTHING };
  for (const receiver of receivers) {
    for (const stats of (await receiver.getStats()).values() as Iterable<StreamStats>) {
      if (stats.type !== 'inbound-rtp') continue;
      sum.framesDecoded += stats.framesDecoded ?? 0;
      if (stats.kind !== 'audio') continue; // pictures have a jitter buffer, too
      for (const name of OF_SOUND) sum[name] += stats[name] ?? 0;
    }
  }
  return sum;
}

/** WebRTC's clock of sound. */
const SAMPLES_PER_MS = 48;

const OF_SOUND = [
  'totalSamplesReceived',
  'concealedSamples',
  'jitterBufferDelay',
  'jitterBufferEmittedCount',
] as const;

type Counters = Record<(typeof OF_SOUND)[number] | 'framesDecoded', number>;

const NOTHING: Counters = {
  framesDecoded: 0,
  totalSamplesReceived: 0,
  concealedSamples: 0,
  jitterBufferDelay: 0,
  jitterBufferEmittedCount: 0,
};

/** What `RTCInboundRtpStreamStats` has of this. */
interface StreamStats extends Partial<Counters> {
  type: string;
  kind: string;
}
