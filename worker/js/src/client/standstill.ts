/**
 * Notices a picture that stands still although its frames were opened and handed on.
 *
 * A decoder that lacks a frame asks for a key frame only after 3 s in Chromium, where a receiver has a
 * transform and no retransmission was negotiated; or when frames were dropped before it.
 */
export class Standstill {
  #decoded = 0;
  /** When a source began, how long ago that was, and the number of pictures after which it is not young. */
  #begun: number | undefined;
  #age = 0;
  #grown = 0;
  /** How many frames had been opened, and when, as the picture moved last. */
  #opened = 0;
  #since = -Infinity;
  #asked = -Infinity;
  /** From the last time it was asked to the next. */
  #interval = 0;

  /** Whether frames have just begun to come: most pictures stand still then. */
  get isYoung(): boolean {
    return this.#begun !== undefined && this.#decoded < this.#grown && this.#age < YOUNG_MS;
  }

  /** Frames of another source come from now on, a time in ms. */
  begin(now: number): void {
    this.#begun = now;
    this.#age = 0;
    this.#grown = this.#decoded + YOUNG;
  }

  /** Takes a time in ms, and the totals of then; returns whether to ask for a key frame. */
  look(now: number, decoded: number, opened: number): boolean {
    this.#age = now - (this.#begun ?? now);
    if (decoded !== this.#decoded) {
      this.#opened = opened;
      this.#interval = 0;
    }
    if (decoded !== this.#decoded || opened - this.#opened < LEAST_OPENED) {
      this.#decoded = decoded;
      this.#since = now;
      return false;
    }
    if (this.#interval >= LAST_INTERVAL_MS) return false; // perhaps nobody shows it
    const isDue = now - this.#since >= PATIENCE_MS && now - this.#asked >= this.#interval;
    if (isDue) {
      this.#asked = now;
      this.#interval = 2 * this.#interval || FIRST_INTERVAL_MS;
    }
    return isDue;
  }
}

/** A decoder may hold back one frame. */
const LEAST_OPENED = 2;

/** Longer than a decoder takes and a network's jitter; a pause that people begin to notice. */
const PATIENCE_MS = 300;

/**
 * Chromium's sender ignores a request within 300 ms of another. Then less and less often: a key frame is
 * large, and a machine that is slow must not get more and more.
 */
const [FIRST_INTERVAL_MS, LAST_INTERVAL_MS] = [300, 4800];

/** Pictures: a second, or two. And some seconds, where none is decoded. */
const YOUNG = 30;
const YOUNG_MS = 5000;
