import type { Flow, Passed } from './batch.ts';
import type { Frame } from './frame.ts';

/** The two streams between which a transform is, as one direction of one transceiver has them. */
export class Line {
  readonly readable: ReadableStream<Frame>;
  readonly writable: WritableStream<Frame>;
  #source!: ReadableStreamDefaultController<Frame>;
  #take: (frame: Frame) => void = () => {};

  constructor() {
    this.readable = new ReadableStream({ start: (controller) => void (this.#source = controller) });
    this.writable = new WritableStream({ write: (frame) => this.#take(frame) });
  }

  /** Sends frames on their way; resolves when so many have come out. */
  pass(frames: Frame[], flow: Flow, expected = frames.length): Promise<Passed> {
    return new Promise((resolve, reject) => {
      const out: Frame[] = [];
      let next = flow === 'one-by-one' ? 1 : frames.length;
      const lost = setTimeout(
        () => reject(new Error(`${out.length} of ${expected} frames came out`)),
        PATIENCE_MS,
      );
      this.#take = (frame) => {
        out.push(frame);
        if (out.length === expected) {
          resolve({ data: out.map(({ data }) => data), ms: performance.now() - start });
          clearTimeout(lost);
        } else if (next < frames.length) {
          this.#source.enqueue(frames[next++]!);
        }
      };
      const start = performance.now();
      for (const frame of frames.slice(0, next)) this.#source.enqueue(frame);
    });
  }
}

const PATIENCE_MS = 10_000;
