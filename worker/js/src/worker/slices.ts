/**
 * Work in slices so short that no frame notices, with frames between them.
 *
 * A slice is a task of its own when another has to follow: frames that came meanwhile go first.
 */
export class Slices {
  readonly #piece: (now: number) => number;
  readonly #done: (next: number) => void;
  readonly #defer: () => void;
  #scheduled = false;
  #longest = 0;

  /**
   * @param piece does a piece of the work; returns when there is more, in ms of
   * `performance.now()`: `now` or before means at once.
   * @param done takes that time after each slice.
   * @param deferred makes a function that has `task` run soon, after what waits already.
   */
  constructor(
    piece: (now: number) => number,
    done: (next: number) => void,
    deferred: (task: () => void) => () => void = inTurn,
  ) {
    this.#piece = piece;
    this.#done = done;
    this.#defer = deferred(() => {
      this.#scheduled = false;
      this.run();
    });
  }

  /** Works for a slice, unless one is due anyway. */
  run(): void {
    if (this.#scheduled) return;
    const start = performance.now();
    let now = start;
    let next: number;
    do {
      next = this.#piece(now);
      now = performance.now();
    } while (next <= now && now - start < SLICE_MS);
    this.#longest = Math.max(this.#longest, now - start);
    if (next <= now) this.schedule();
    this.#done(next);
  }

  /** Sees to it that a slice runs soon. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#defer();
  }

  /** Longest slice so far, in microseconds. */
  get longest(): number {
    return this.#longest * 1000;
  }
}

/** By messages: of timers, browsers delay those that are set again and again. */
function inTurn(task: () => void): () => void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = task;
  return () => port2.postMessage(undefined);
}

/**
 * Project decision: an agreement, the longest piece, takes up to 2 ms in WebAssembly, and may begin at
 * the end of a slice; together they stay below the 5 ms that frames may be held up.
 */
const SLICE_MS = 1;
