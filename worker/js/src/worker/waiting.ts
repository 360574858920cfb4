/**
 * Frames of one pipeline that wait for their key, in their order.
 *
 * The session decides which wait and for how long (`session/src/waiting.rs`); here are the frames.
 */
export class WaitingFrames<F> {
  readonly #retry: (frame: F) => boolean;
  #frames: F[] = [];

  /** @param retry tries a frame again; returns `false` if it goes on to wait. */
  constructor(retry: (frame: F) => boolean) {
    this.#retry = retry;
  }

  push(frame: F): void {
    this.#frames.push(frame);
  }

  /** Tries frames from the first on, until one has to wait. */
  advance(): void {
    const first = this.#frames.findIndex((frame) => !this.#retry(frame));
    this.#frames = first < 0 ? [] : this.#frames.slice(first);
  }

  clear(): void {
    this.#frames = [];
  }

  get isEmpty(): boolean {
    return this.#frames.length === 0;
  }
}
