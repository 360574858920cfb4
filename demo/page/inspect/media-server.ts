import type { Intercepted, Order } from './intercepted.ts';

/** The page's end of the talk with what stands for the media server, in Bob's worker. */
export class MediaServer {
  /** Bob's worker. */
  readonly worker: Worker;

  readonly #channel: BroadcastChannel;

  constructor(seen: (frame: Intercepted) => void) {
    this.#channel = new BroadcastChannel(crypto.randomUUID());
    this.#channel.onmessage = ({ data }: MessageEvent<Intercepted>) => seen(data);
    const { name } = this.#channel;
    this.worker = new Worker(new URL('./bob.js', import.meta.url), { type: 'module', name });
  }

  /** Changes one bit of each frame from now on, or no longer. */
  flipBits(flipBits: boolean): void {
    const order: Order = { flipBits };
    this.#channel.postMessage(order);
  }
}
