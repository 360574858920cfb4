/** Both ends of a running call change it at once, over a signalling that is slow. */

import { Frameseal, type ProblemDetail } from 'frameseal';
import { Negotiation, type NegotiationSignal } from 'frameseal/negotiation.js';
import { withSecuredKeys } from './sessions.ts';
import { openMedia, type Media } from './made-media.ts';
import { pause } from './received.ts';

export interface Glare {
  /** `turns`: the package's `Negotiation`; `rollback`: the yielding end rolls its offer back. */
  negotiation: 'turns' | 'rollback';
  rounds: number;
  /** How long each signal takes. */
  signalMs: number;
}

/** What came of a round. */
export interface Round {
  /** Pictures that each end decoded in the time after it. */
  pictures: [number, number];
  /** Receivers at each end that no frame came out of. */
  silent: [number, number];
}

export interface GlareResult {
  rounds: Round[];
  /** Offers that crossed, or changes that waited for the other end's offer. */
  crossed: number;
  queued: number;
  problems: (ProblemDetail['code'] | string)[];
  /** Whether tracks of receivers were muted. */
  muted: number;
}

export async function run({ negotiation, rounds, signalMs }: Glare): Promise<GlareResult> {
  const sessions = await withSecuredKeys('glare');
  const media = openMedia();
  const problems: string[] = [];
  for (const session of sessions) {
    session.addEventListener('problem', ({ detail: { code, severity } }) => {
      if (severity !== 'info') problems.push(code);
    });
  }
  const signalling = new Signalling(signalMs);
  const ends = sessions.map(
    (session, index) => new End(session, index === 1, negotiation, signalling, media),
  ) as [End, End];
  signalling.ends = ends;
  ends[0].add(media.tracks);
  await pause(3 * signalMs + 200);
  ends[1].add(media.tracks);
  await pause(6 * signalMs + 1500);

  const results: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const end of ends) end.add([media.tracks[0]!]);
    await pause(6 * signalMs); // two offers and answers, and who asks whom
    const before = await Promise.all(ends.map((end) => end.count()));
    let after = before;
    const end = performance.now() + PATIENCE_MS;
    do {
      await pause(100);
      after = await Promise.all(ends.map((one) => one.count()));
    } while (!after.every(({ pictures }, index) => pictures >= before[index]!.pictures + PICTURES) && performance.now() < end);
    results.push({
      pictures: pair(after.map(({ pictures }, index) => pictures - before[index]!.pictures)),
      silent: pair(
        after.map(({ passed }, index) => passed.filter((n, at) => n <= (before[index]!.passed[at] ?? 0)).length),
      ),
    });
  }
  const result = {
    rounds: results,
    crossed: ends[0].crossed + ends[1].crossed,
    queued: ends[0].queued + ends[1].queued,
    problems,
    muted: ends.flatMap(({ pc }) => pc.getReceivers()).filter(({ track }) => !track.enabled).length,
  };
  for (const end of ends) end.close();
  media.stop();
  return result;
}

/** Brings what one end says to the other, late and in order. */
class Signalling {
  ends: [End, End] | undefined;
  readonly #ms: number;

  constructor(ms: number) {
    this.#ms = ms;
  }

  send(from: End, signal: NegotiationSignal): void {
    const data = JSON.stringify(signal);
    setTimeout(() => {
      const to = this.ends!.find((end) => end !== from)!;
      to.handle(JSON.parse(data)).catch((error: unknown) => console.error(String(error)));
    }, this.#ms);
  }
}

class End {
  readonly pc: RTCPeerConnection;
  readonly #session: Frameseal;
  readonly #negotiation: Negotiation | undefined;
  readonly #yields: boolean;
  readonly #signalling: Signalling;
  /** Offers of the other end that came while this one had offered. */
  crossed = 0;
  #isOffering = false;

  constructor(
    session: Frameseal,
    yields: boolean,
    negotiation: Glare['negotiation'],
    signalling: Signalling,
    media: Media,
  ) {
    this.#session = session;
    this.#yields = yields;
    this.#signalling = signalling;
    this.pc = session.connection({ bundlePolicy: 'max-bundle' });
    this.pc.addEventListener('track', ({ track }) => media.play(track));
    const send = (signal: NegotiationSignal): void => signalling.send(this, signal);
    if (negotiation === 'turns') {
      this.#negotiation = new Negotiation(this.pc, { yields, send });
      return;
    }
    this.pc.onicecandidate = ({ candidate }) => send({ candidate: candidate && candidate.toJSON() });
    this.pc.onnegotiationneeded = () => void this.#offer();
  }

  get queued(): number {
    return this.#negotiation?.queued ?? 0;
  }

  add(tracks: MediaStreamTrack[]): void {
    for (const track of tracks) this.pc.addTrack(track.clone(), new MediaStream());
  }

  async handle(signal: NegotiationSignal): Promise<void> {
    if (this.#negotiation) return this.#negotiation.handle(signal);
    if ('candidate' in signal) return this.pc.addIceCandidate(signal.candidate ?? undefined);
    if (!('description' in signal)) return;
    const { description } = signal;
    const isOffer = description.type === 'offer';
    const crosses = isOffer && (this.#isOffering || this.pc.signalingState !== 'stable');
    if (crosses) this.crossed += 1;
    if (crosses && !this.#yields) return;
    await this.pc.setRemoteDescription(description);
    if (isOffer) await this.#describe();
  }

  async count(): Promise<{ pictures: number; passed: number[] }> {
    let pictures = 0;
    (await this.pc.getStats()).forEach((stats: { type: string; framesDecoded?: number }) => {
      if (stats.type === 'inbound-rtp') pictures += stats.framesDecoded ?? 0;
    });
    const { tracks } = await this.#session.stats();
    const passed = tracks.filter(({ direction }) => direction === 'receive').map(({ passed }) => passed);
    return { pictures, passed };
  }

  close(): void {
    this.pc.close();
    this.#session.close();
  }

  async #offer(): Promise<void> {
    this.#isOffering = true;
    await this.#describe().finally(() => (this.#isOffering = false));
  }

  async #describe(): Promise<void> {
    await this.pc.setLocalDescription();
    this.#signalling.send(this, { description: this.pc.localDescription!.toJSON() });
  }
}

/** A second of pictures, and how long they may take on a machine that has much to do. */
const PICTURES = 30;
const PATIENCE_MS = 5000;

function pair(numbers: number[]): [number, number] {
  return [numbers[0]!, numbers[1]!];
}
