import type { Direction, MediaKind } from '../protocol.js';

/**
 * Notices frames that pass the worker by, from two counters that are read one after the other: the
 * browser's first, then the worker's. So whatever the browser counts as sent, the worker has seen.
 *
 * Only what passes while the worker sees nothing at all counts, at two looks in a row.
 */
export class Bypass {
  readonly #kind: MediaKind;
  readonly #direction: Direction;
  #passed = 0;
  #seen = 0;
  #missed = 0;
  #looks = 0;

  constructor({ kind, direction }: { kind: MediaKind; direction: Direction }) {
    this.#kind = kind;
    this.#direction = direction;
  }

  /** Whether a frame came through the worker: then its transform runs. */
  get isProven(): boolean {
    return this.#seen > 0;
  }

  /** Takes the totals of now; returns how many frames passed by, or 0 while there is no alarm. */
  look(passed: number, seen: number): number {
    const grown = passed - this.#passed;
    const moved = seen !== this.#seen;
    this.#passed = passed;
    this.#seen = seen;
    // Counters of the browser start anew with a new stream.
    if (moved || grown < 0) this.#missed = this.#looks = 0;
    else if (grown > 0) {
      this.#missed += grown;
      this.#looks += 1;
    }
    return this.#looks >= 2 && this.#missed >= this.#least ? this.#missed : 0;
  }

  get #least(): number {
    return this.#direction === 'send' && !this.isProven ? 2 : LEAST_MISSED[this.#kind];
  }
}

/**
 * Where the worker may be late: video is counted in frames, audio in packets, of which a few hold no
 * frame.
 */
const LEAST_MISSED = { audio: 25, video: 3 };
