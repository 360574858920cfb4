import type { Channel } from './channel.js';
import type { PipelineEnd, Pipelines } from './pipelines.js';
import type { MediaEnd } from './transport.js';
import type { MediaKind } from '../protocol.js';

/**
 * Notices frames that pass the worker by, by comparing its counters with the browser's.
 *
 * Runs once a second while there is something to watch, and lets go of what has ended. A worker that
 * gives no counters has failed.
 */
export class Watchdog {
  readonly #pipelines: Pipelines;
  readonly #channel: Channel;
  readonly #alarm: Alarm;
  /** `null` while the browser counts. */
  readonly #bypasses = new WeakMap<MediaEnd, Bypass | null>();
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Since when the worker owes an answer, in checks; `undefined` if it does not. */
  #waiting: number | undefined;

  constructor(pipelines: Pipelines, channel: Channel, alarm: Alarm) {
    this.#pipelines = pipelines;
    this.#channel = channel;
    this.#alarm = alarm;
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.#tick(), INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #tick(): Promise<void> {
    if (!this.#pipelines.prune()) this.stop();
    if (this.#waiting !== undefined) {
      // A terminated worker does not say so.
      if (++this.#waiting === PATIENCE) this.#channel.fail('the worker does not answer');
      return;
    }
    this.#waiting = 0;
    try {
      const { pipelines } = await this.#channel.request('stats');
      const seen = new Map(pipelines.map((stats) => [stats.pipeline, stats.seen]));
      for (const subject of this.#pipelines) {
        if (flows(subject)) void this.#compare(subject, seen.get(subject.pipeline) ?? 0);
      }
    } catch {
      // The worker has failed, which is told elsewhere.
    }
    this.#waiting = undefined;
  }

  // Nobody may wait for this: asked just before a connection closes, Firefox never answers.
  async #compare(subject: PipelineEnd, seen: number): Promise<void> {
    const { end, kind } = subject;
    const known = this.#bypasses.get(end);
    if (known === null) return; // a slow machine has enough to count already
    const bypass = known ?? new Bypass(kind);
    this.#bypasses.set(end, null);
    const missed = await countFrames(end).then(
      (passed) => bypass.check(passed, seen),
      () => 0, // the connection closed meanwhile
    );
    this.#bypasses.set(end, bypass);
    if (missed) this.#alarm(subject, missed);
  }
}

/** Told of frames that went past the worker, at most once a second for each direction. */
export type Alarm = (subject: PipelineEnd, missed: number) => void;

/**
 * Compares two counters of one thing that are read at slightly different times.
 *
 * Only what passes while the worker sees nothing at all counts, and only when it is more, over more
 * than one check, than reading at different times explains.
 */
export class Bypass {
  readonly #least: number;
  #passed = 0;
  #seen = 0;
  #missed = 0;
  #checks = 0;

  constructor(kind: MediaKind) {
    this.#least = LEAST_MISSED[kind];
  }

  /**
   * Takes the totals of now; returns how many frames passed by since the last time it returned any,
   * or 0 while there is no reason for alarm.
   */
  check(passed: number, seen: number): number {
    const grown = passed - this.#passed;
    const moved = seen !== this.#seen;
    this.#passed = passed;
    this.#seen = seen;
    // Counters of the browser start anew with a new stream.
    if (moved || grown < 0) this.#missed = this.#checks = 0;
    else if (grown > 0) {
      this.#missed += grown;
      this.#checks += 1;
    }
    if (this.#checks < 2 || this.#missed < this.#least) return 0;
    const missed = this.#missed;
    this.#missed = 0;
    return missed;
  }
}

// Two checks after a partial one: an alarm within 3 s.
const INTERVAL_MS = 1000;

/**
 * Checks that the worker may be silent. It answers within a frame's time, asleep or not; but on a
 * machine with many times more to do than it can, it was seen to be late by 4 s, and taking it for
 * failed ends the call.
 */
const PATIENCE = 10;

/** Video is counted in frames, audio in packets, of which a few may hold no frame. */
const LEAST_MISSED = { audio: 25, video: 3 };

function flows({ direction, transceiver }: PipelineEnd): boolean {
  const current = transceiver.currentDirection ?? '';
  return current.includes(direction === 'send' ? 'send' : 'recv');
}

/** Frames that the browser sent or received at this end, over all its streams. */
async function countFrames(end: MediaEnd): Promise<number> {
  let frames = 0;
  const report = await end.getStats();
  report.forEach((stats: StreamStats) => {
    if (stats.type === 'outbound-rtp') frames += stats.framesSent ?? stats.packetsSent ?? 0;
    if (stats.type === 'inbound-rtp') frames += stats.framesReceived ?? stats.packetsReceived ?? 0;
  });
  return frames;
}

/** What `RTCOutboundRtpStreamStats` and `RTCInboundRtpStreamStats` have of this. */
interface StreamStats {
  type: string;
  framesSent?: number;
  framesReceived?: number;
  packetsSent?: number;
  packetsReceived?: number;
}
