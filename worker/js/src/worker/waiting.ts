/**
 * Frames that came before their key, of all pipelines of one session.
 *
 * The frames of a pipeline stand in one line: whatever comes after a frame that waits, waits behind
 * it. Time and room are bounded; a frame that exceeds them is handled for the last time, and those
 * behind it move up.
 */
export class WaitingRoom<F> {
  readonly #lines = new Set<Line<F>>();
  readonly #host: Host<F>;

  constructor(host: Host<F>) {
    this.#host = host;
  }

  /** Makes the line of a pipeline, whose frames go to `handle`. */
  open(handle: Handle<F>): Line<F> {
    const line = new Line(handle);
    this.#lines.add(line);
    return line;
  }

  /** Handles a frame that came now when it is its turn: at once, if it can. */
  take(line: Line<F>, frame: F): void {
    if (!line.isEmpty || !line.handle(frame, false)) this.keep(line, frame);
  }

  /** Has a frame wait whose key is missing, or that came after one that waits. */
  keep(line: Line<F>, frame: F): void {
    line.push({ frame, size: this.#host.sizeOf(frame), until: this.#host.now() + MAX_WAIT_MS });
    // A frame that is larger than the room must not push out those of other lines.
    while (line.size > MAX_BYTES) line.giveUp();
    while (this.#size > MAX_BYTES) this.#oldest.giveUp();
    this.#host.wake(line.until);
  }

  /** Handles what waits: a key came. */
  retry(): void {
    for (const line of this.#lines) line.advance();
  }

  /** Handles, for the last time, what has waited for too long. */
  expire(): void {
    const now = this.#host.now();
    for (const line of this.#lines) while (line.until <= now) line.giveUp();
    if (this.#lines.size > 0) this.#host.wake(this.#oldest.until);
  }

  /** Drops what waits in the line of a pipeline that has ended. */
  close(line: Line<F>): void {
    line.clear();
    this.#lines.delete(line);
  }

  /** Drops all that waits. */
  clear(): void {
    for (const line of this.#lines) line.clear();
  }

  get #size(): number {
    return [...this.#lines].reduce((sum, { size }) => sum + size, 0);
  }

  /** The line of the frame that came first. */
  get #oldest(): Line<F> {
    return [...this.#lines].reduce((oldest, line) => (line.until < oldest.until ? line : oldest));
  }
}

/** The frames of one pipeline. */
export class Line<F> {
  readonly handle: Handle<F>;
  /** Bytes that wait. */
  size = 0;
  #frames: WaitingFrame<F>[] = [];

  constructor(handle: Handle<F>) {
    this.handle = handle;
  }

  push(frame: WaitingFrame<F>): void {
    this.#frames.push(frame);
    this.size += frame.size;
  }

  /** Handles frames from the first on, until one has to wait. */
  advance(): void {
    while (this.#frames[0] && this.handle(this.#frames[0].frame, false)) this.#shift();
  }

  /** Handles the first frame for the last time; those behind it move up. */
  giveUp(): void {
    if (this.#frames[0]) this.handle(this.#frames[0].frame, true);
    this.#shift();
    this.advance();
  }

  clear(): void {
    this.#frames = [];
    this.size = 0;
  }

  get isEmpty(): boolean {
    return this.#frames.length === 0;
  }

  /** Until when the first frame may wait, in ms. */
  get until(): number {
    return this.#frames[0]?.until ?? Infinity;
  }

  #shift(): void {
    this.size -= this.#frames.shift()?.size ?? 0;
  }
}

/**
 * Passes a frame on or drops it; returns `false` if it has to wait for its key, which it may not
 * with `last`.
 */
export type Handle<F> = (frame: F, last: boolean) => boolean;

/** What a waiting room needs of its surroundings. Times are in ms. */
export interface Host<F> {
  now(): number;
  /** Sees to it that {@link WaitingRoom.expire} is called at this time; `Infinity`: no need. */
  wake(at: number): void;
  sizeOf(frame: F): number;
}

interface WaitingFrame<F> {
  frame: F;
  size: number;
  until: number;
}

/** Project decision: longer than a key takes by slow signalling; older media is of no use. */
export const MAX_WAIT_MS = 2000;

/** Project decision: what a video of 8 Mbit/s sends in that time. */
export const MAX_BYTES = 2 << 20;
