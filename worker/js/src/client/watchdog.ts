import { Bypass } from './bypass.js';
import type { Channel } from './channel.js';
import { isClosed } from './connection.js';
import type { PipelineEnd, Pipelines } from './pipelines.js';
import { Standstill } from './standstill.js';
import { Suspicion } from './suspicion.js';
import type { MediaEnd } from './transport.js';
import type { PipelineStats } from '../protocol.js';

/**
 * Compares the browser's counters with the worker's, and tells what is wrong.
 *
 * Runs while there is something to watch, and lets go of what has ended. A worker that gives no
 * counters has failed.
 */
export class Watchdog {
  readonly #pipelines: Pipelines;
  readonly #channel: Channel;
  readonly #handlers: WatchdogHandlers;
  readonly #watched = new WeakMap<PipelineEnd, Watched>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** How long the worker has owed an answer, in ms; `undefined` if it does not. */
  #waited: number | undefined;
  #looked = 0;

  constructor(pipelines: Pipelines, channel: Channel, handlers: WatchdogHandlers) {
    this.#pipelines = pipelines;
    this.#channel = channel;
    this.#handlers = handlers;
  }

  start(): void {
    if (this.#channel.ended) return;
    this.#timer ??= setTimeout(() => void this.#look(), FAST_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Whether the transform of one end is known to run: a frame came through it. */
  isProven(subject: PipelineEnd): boolean {
    return this.#of(subject).bypass.isProven;
  }

  /** Finds out soon whether the transform of one end still runs. */
  suspect(subject: PipelineEnd): void {
    const watched = this.#of(subject);
    watched.suspicion = new Suspicion();
    this.#hurry(watched);
  }

  /** Watches closely for some seconds: the first frame of somebody's track has come out of a receiver. */
  begin(subject: PipelineEnd): void {
    const watched = this.#of(subject);
    watched.standstill.begin(performance.now());
    this.#hurry(watched);
  }

  /** Looks soon. A look that is under way may miss what is new, but schedules the next one soon, too. */
  #hurry(watched: Watched): void {
    watched.next = 0;
    this.stop();
    this.start();
  }

  async #look(): Promise<void> {
    this.#timer = undefined;
    if (!this.#prune()) return;
    const flowing = [...this.#pipelines].filter(flows).map((subject) => this.#of(subject));
    this.#schedule(flowing);
    if (this.#waited !== undefined) {
      // A terminated worker does not say so. Not all of the time counts: the page may have been asleep.
      this.#waited += Math.min(performance.now() - this.#looked, SLOW_MS);
      this.#looked = performance.now();
      if (this.#waited >= PATIENCE_MS) this.#channel.fail('the worker does not answer');
      return;
    }
    this.#waited = 0;
    this.#looked = performance.now();
    this.#pipelines.tellCodecs(undefined);
    await read(flowing.filter(({ next }) => next <= this.#looked));
    try {
      const { pipelines } = await this.#channel.request('stats');
      for (const watched of flowing) {
        this.#compare(watched, pipelines.find(({ pipeline }) => pipeline === watched.subject.pipeline));
      }
      // What was seen may want another look sooner.
      if (this.#timer !== undefined) this.#schedule(flowing);
    } catch {
      // The worker has failed, which is told elsewhere.
    }
    this.#waited = undefined;
  }

  #schedule(flowing: Watched[]): void {
    clearTimeout(this.#timer);
    const pause = Math.min(SLOW_MS, ...flowing.map(pauseAfter));
    this.#timer = setTimeout(() => void this.#look(), pause);
  }

  /** Lets go of what has ended; returns how many transceivers are left. */
  #prune(): number {
    const wasBypassed = this.#pipelines.isBypassed;
    const left = this.#pipelines.prune();
    if (wasBypassed && !this.#pipelines.isBypassed) this.#handlers.recovered();
    return left;
  }

  #of(subject: PipelineEnd): Watched {
    const known = this.#watched.get(subject) ?? new Watched(subject);
    this.#watched.set(subject, known);
    return known;
  }

  #compare(watched: Watched, stats: PipelineStats | undefined): void {
    const { subject, counters, bypass } = watched;
    if (!counters) return;
    watched.counters = undefined;
    const now = performance.now();
    const seen = stats?.seen ?? 0;
    const missed = bypass.look(counters.passed, seen);
    const verdict = watched.suspicion?.look(counters.passed, seen);
    if (verdict) {
      watched.suspicion = undefined;
      this.#handlers.judged(subject, verdict);
    } else if (missed) {
      this.#handlers.bypassed(subject, missed);
    }
    const isPicture = stats && counters.decoded !== undefined;
    if (isPicture && watched.standstill.look(now, counters.decoded!, stats.passed)) {
      this.#handlers.stoodStill(subject);
    }
    watched.next = now + pauseAfter(watched) - FAST_MS / 2; // as long as what was just seen allows
  }
}

/** Told of what is wrong. */
export interface WatchdogHandlers {
  /** Frames went past the worker. */
  bypassed(subject: PipelineEnd, missed: number): void;
  /** What became of a suspicion. */
  judged(subject: PipelineEnd, verdict: 'runs' | 'bypassed'): void;
  /** The last end where they did is gone. */
  recovered(): void;
  /** A picture stands still, though its frames were opened. */
  stoodStill(subject: PipelineEnd): void;
}

/** One direction of one transceiver, as it is watched. */
class Watched {
  readonly subject: PipelineEnd;
  readonly bypass: Bypass;
  readonly standstill = new Standstill();
  /** Whether its transform may have been taken away. */
  suspicion: Suspicion | undefined;
  /** Whether the browser counts: a slow machine has enough to do already. */
  isReading = false;
  /** What it counted, until it is compared. */
  counters: Counters | undefined;
  /** When the next look is due. */
  next = 0;

  constructor(subject: PipelineEnd) {
    this.subject = subject;
    this.bypass = new Bypass(subject);
  }

  async read(): Promise<void> {
    if (this.isReading) return;
    this.isReading = true;
    try {
      this.counters = await count(this.subject.end);
    } catch {
      // The connection closed meanwhile.
    }
    this.isReading = false;
  }
}

/** What a browser counts at one end, over all its streams. */
interface Counters {
  /** Frames of video, or packets of audio, that were sent or received. */
  passed: number;
  /** Pictures that were decoded. */
  decoded: number | undefined;
}

/**
 * How long to wait after a look, in ms. Where the browser does not hold a sender's media back, an alarm
 * comes 300 ms after its first packet, and 1.3 s after a transform was taken away.
 */
function pauseAfter({ subject, bypass, standstill, suspicion }: Watched): number {
  const { direction, pc, end } = subject;
  if (suspicion || standstill.isYoung) return FAST_MS;
  if (direction === 'receive' || (pc && isClosed(pc))) return SLOW_MS;
  return end.track !== null && !bypass.isProven ? FAST_MS : MIDDLE_MS;
}

const [FAST_MS, MIDDLE_MS, SLOW_MS] = [80, 250, 1000];

/**
 * How long a worker may be silent. It answers within a frame's time, asleep or not; but on a machine
 * with many times more to do than it can, it was seen to be late by 4 s, and taking it for failed ends
 * the call.
 */
const PATIENCE_MS = 10_000;

/** Just before a connection closes, Firefox never answers: nobody may wait for that. */
async function read(watched: Watched[]): Promise<void> {
  const all = Promise.all(watched.map((one) => one.read()));
  await Promise.race([all, new Promise((resolve) => setTimeout(resolve, FAST_MS))]);
}

function flows({ direction, carrier, bypassed }: PipelineEnd): boolean {
  const current = carrier.currentDirection ?? '';
  return !bypassed && current.includes(direction === 'send' ? 'send' : 'recv');
}

async function count(end: MediaEnd): Promise<Counters> {
  const counters: Counters = { passed: 0, decoded: undefined };
  const report = await end.getStats();
  report.forEach((stats: StreamStats) => {
    if (stats.type === 'outbound-rtp') {
      counters.passed += stats.framesSent ?? (stats.packetsSent ?? 0) - (stats.retransmittedPacketsSent ?? 0);
    }
    if (stats.type === 'inbound-rtp') {
      counters.passed += stats.framesReceived ?? stats.packetsReceived ?? 0;
      if (stats.framesDecoded !== undefined) {
        counters.decoded = (counters.decoded ?? 0) + stats.framesDecoded;
      }
    }
  });
  return counters;
}

/** What `RTCOutboundRtpStreamStats` and `RTCInboundRtpStreamStats` have of this. */
interface StreamStats {
  type: string;
  framesSent?: number;
  framesReceived?: number;
  framesDecoded?: number;
  packetsSent?: number;
  packetsReceived?: number;
  retransmittedPacketsSent?: number;
}
