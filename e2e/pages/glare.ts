/** Both ends of a running call change it at once, over a signalling that is slow. */

import type { Frameseal } from 'frameseal';
import { Negotiation, type NegotiationOptions, type NegotiationSignal } from 'frameseal/negotiation.js';
import { makeMedia, pause, playAll } from './media.ts';
import { decodedPictures } from './rtp-stats.ts';
import { withSecuredKeys } from './sessions.ts';

export interface Glare {
  /** `turns`: the package's `Negotiation`; `rollback`: the yielding end rolls its offer back. */
  negotiation: 'turns' | 'rollback';
  rounds: number;
  /** How long each signal takes. */
  signalMs: number;
}

/** What came of a round, at each end. */
export interface Round {
  /** Pictures decoded in the time after it. */
  pictures: number[];
  /** Receivers that no frame came out of. */
  silent: number[];
}

export interface GlareResult {
  rounds: Round[];
  /** Offers that crossed, or changes that waited for the other end's offer. */
  crossed: number;
  queued: number;
  /** Codes. */
  problems: string[];
  /** Receivers whose tracks were muted. */
  muted: number;
}

export async function run({ negotiation, rounds, signalMs }: Glare): Promise<GlareResult> {
  const sessions = await withSecuredKeys('glare');
  const problems: string[] = [];
  for (const session of sessions) {
    session.addEventListener('problem', ({ detail: { code, severity } }) => {
      if (severity !== 'info') problems.push(code);
    });
  }
  const ends: End[] = sessions.map((session, index) => {
    const send = (signal: NegotiationSignal): void => {
      const data = JSON.stringify(signal);
      setTimeout(() => void ends[1 - index]!.handle(JSON.parse(data)), signalMs);
    };
    return new End(session, negotiation, { yields: index === 1, send });
  });

  const tracks = makeMedia();
  ends[0]!.add(tracks);
  await pause(3 * signalMs + 200);
  ends[1]!.add(tracks);
  await pause(6 * signalMs + 1500);
  const results: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const end of ends) end.add([tracks[0]]);
    await pause(6 * signalMs); // two offers and answers, and who asks whom
    results.push(await watch(ends));
  }
  return {
    rounds: results,
    crossed: ends[0]!.crossed + ends[1]!.crossed,
    queued: ends[0]!.queued + ends[1]!.queued,
    problems,
    muted: ends.flatMap(({ pc }) => pc.getReceivers()).filter(({ track }) => !track.enabled).length,
  };
}

/** Waits until both ends have had enough pictures, or long enough. */
async function watch(ends: End[]): Promise<Round> {
  const before = await Promise.all(ends.map((end) => end.count()));
  for (const start = performance.now(); ; ) {
    await pause(100);
    const now = await Promise.all(ends.map((end) => end.count()));
    const pictures = now.map((count, end) => count.pictures - before[end]!.pictures);
    if (Math.min(...pictures) < PICTURES && performance.now() < start + PATIENCE_MS) continue;
    const silent = now.map(({ passed }, end) => {
      return passed.filter((frames, at) => frames <= (before[end]!.passed[at] ?? 0)).length;
    });
    return { pictures, silent };
  }
}

class End {
  readonly pc: RTCPeerConnection;
  /** Offers of the other end that came while this one had offered. */
  crossed = 0;
  readonly #session: Frameseal;
  readonly #negotiation: Negotiation | Rollback;

  constructor(session: Frameseal, negotiation: Glare['negotiation'], options: NegotiationOptions) {
    this.#session = session;
    this.pc = session.connection({ bundlePolicy: 'max-bundle' });
    playAll(this.pc);
    const Kind = negotiation === 'turns' ? Negotiation : Rollback;
    this.#negotiation = new Kind(this.pc, options);
  }

  get queued(): number {
    return this.#negotiation.queued;
  }

  add(tracks: MediaStreamTrack[]): void {
    for (const track of tracks) this.pc.addTrack(track.clone(), new MediaStream());
  }

  async handle(signal: NegotiationSignal): Promise<void> {
    const isOffer = 'description' in signal && signal.description.type === 'offer';
    if (isOffer && this.pc.signalingState === 'have-local-offer') this.crossed += 1;
    await this.#negotiation.handle(signal);
  }

  /** Pictures, and frames that came out of each receiver. */
  async count(): Promise<{ pictures: number; passed: number[] }> {
    const { tracks } = await this.#session.stats();
    const receiving = tracks.filter(({ direction }) => direction === 'receive');
    return {
      pictures: await decodedPictures(this.pc),
      passed: receiving.map(({ passed }) => passed),
    };
  }
}

/** Perfect negotiation, as the specification of WebRTC has it. */
class Rollback {
  readonly queued = 0;
  readonly #pc: RTCPeerConnection;
  readonly #options: NegotiationOptions;
  #isOffering = false;

  constructor(pc: RTCPeerConnection, options: NegotiationOptions) {
    this.#pc = pc;
    this.#options = options;
    pc.onicecandidate = ({ candidate }) => options.send({ candidate: candidate && candidate.toJSON() });
    pc.onnegotiationneeded = async () => {
      this.#isOffering = true;
      await this.#describe().finally(() => (this.#isOffering = false));
    };
  }

  async handle(signal: NegotiationSignal): Promise<void> {
    if ('candidate' in signal) return this.#pc.addIceCandidate(signal.candidate ?? undefined);
    if (!('description' in signal)) return;
    const isOffer = signal.description.type === 'offer';
    const crosses = isOffer && (this.#isOffering || this.#pc.signalingState !== 'stable');
    if (crosses && !this.#options.yields) return;
    await this.#pc.setRemoteDescription(signal.description);
    if (isOffer) await this.#describe();
  }

  async #describe(): Promise<void> {
    await this.#pc.setLocalDescription();
    this.#options.send({ description: this.#pc.localDescription!.toJSON() });
  }
}

/** A second of pictures, and how long they may take on a machine that has much to do. */
const PICTURES = 30;
const PATIENCE_MS = 5000;
