import type { Dropped, ProblemCode, ProblemDetail } from 'frameseal';

/** How the call does, as far as it can be proven. */
export type Health =
  | { state: 'starting' | 'playing' | 'stopped' }
  | { state: 'waiting' | 'problem'; code: ProblemCode; hint: string };

/** Totals at one moment: of the video, but for what is dropped. */
export interface Sample {
  /** In milliseconds. */
  at: number;
  /** Frames sealed by Alice's worker. */
  sealed: number;
  /** Frames opened by Bob's worker. */
  opened: number;
  /** Frames decoded by Bob's browser. */
  decoded: number;
  /** Frames dropped by either worker, sound included. */
  dropped: Dropped[];
}

/**
 * Judges the call by its counters alone.
 *
 * Only what frames did within the last moments counts: they are playing when some were sealed,
 * opened and decoded, and none was refused.
 */
export class HealthWatch {
  readonly #samples: Sample[] = [];
  readonly #hints = new Map<ProblemCode, string>();
  #fatal: { code: ProblemCode; hint: string; at: number } | undefined;

  add(sample: Sample): void {
    this.#samples.push(sample);
    while (this.#samples.length > 2 && this.#samples[1]!.at <= sample.at - WINDOW_MS) {
      this.#samples.shift();
    }
  }

  /** Takes an event, for its hint; one that says that media is unprotected weighs by itself. */
  note({ code, hint }: ProblemDetail): void {
    this.#hints.set(code, hint);
    const severe = code === 'transform-not-running' || code === 'worker-failed';
    if (severe) this.#fatal = { code, hint, at: performance.now() };
  }

  /** What happened between the oldest sample that counts and the newest. */
  get moment(): { seconds: number; sealed: number; opened: number; decoded: number } {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last) return { seconds: 0, sealed: 0, opened: 0, decoded: 0 };
    return {
      seconds: (last.at - first.at) / 1000,
      sealed: last.sealed - first.sealed,
      opened: last.opened - first.opened,
      decoded: last.decoded - first.decoded,
    };
  }

  get health(): Health {
    const { code, hint, at } = this.#fatal ?? {};
    if (code && hint && (code === 'worker-failed' || performance.now() - at! < FATAL_MS)) {
      return { state: 'problem', code, hint };
    }
    const refused = this.#refused();
    if (refused) {
      const state = refused === 'missing-key' ? 'waiting' : 'problem';
      return { state, code: refused, hint: this.#hints.get(refused) ?? '' };
    }
    const { sealed, opened, decoded } = this.moment;
    if (sealed > 0 && opened > 0 && decoded > 0) return { state: 'playing' };
    return { state: (this.#samples.at(-1)?.decoded ?? 0) > 0 ? 'stopped' : 'starting' };
  }

  /** Why frames were dropped just now, if any were that should not be. */
  #refused(): ProblemCode | undefined {
    const last = this.#samples.at(-1);
    const earlier = this.#samples.findLast(({ at }) => last && at <= last.at - RECENT_MS);
    if (!last || !earlier) return undefined;
    const grown = REFUSALS.find(([reason]) => total(last, reason) > total(earlier, reason));
    return grown?.[1];
  }
}

/** Repeats and stragglers are none: browsers make them. */
const REFUSALS: [keyof Dropped, ProblemCode][] = [
  ['authenticationFailed', 'authentication-failed'],
  ['missingKey', 'missing-key'],
  ['keyExhausted', 'key-exhausted'],
  ['notSealed', 'not-sealed'],
  ['malformedFrame', 'malformed-frame'],
  ['unsupportedCodec', 'unsupported-codec'],
  ['wrongSource', 'wrong-source'],
];

/** What counts as now: long enough for a slow camera, short enough to be true. */
const WINDOW_MS = 1000;
const RECENT_MS = 400;

/** Such events repeat every second while they last. */
const FATAL_MS = 2500;

function total({ dropped }: Sample, reason: keyof Dropped): number {
  return dropped.reduce((sum, one) => sum + one[reason], 0);
}
