/** Opens what somebody sealed, in the order in which it came. */

import type { OpenedData } from 'frameseal';
import type { Sealing } from './sealed-signalling.ts';

export interface OpenerHandlers {
  /** The bytes are those that the member sealed. */
  opened(data: Uint8Array): void;
  /** It never opened, or came in such numbers that there was no room for it. */
  dropped(code: string): void;
}

/**
 * A key may arrive later than what it sealed, because they take different ways: then all that came
 * after waits too.
 */
export class Opener {
  readonly #sealing: Pick<Sealing, 'open'>;
  readonly #from: string;
  readonly #handlers: OpenerHandlers;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  #isClosed = false;

  /** @param from the member whose channel it comes through: what another sealed does not open. */
  constructor(sealing: Pick<Sealing, 'open'>, from: string, handlers: OpenerHandlers) {
    this.#sealing = sealing;
    this.#from = from;
    this.#handlers = handlers;
  }

  push(sealed: Uint8Array, stream: number): void {
    if (this.#waiting >= MAX_WAITING) return this.#handlers.dropped('too-much');
    this.#waiting += 1;
    const deadline = performance.now() + PATIENCE_MS;
    // The worker answers in order, so it need not wait for what is done with the answers.
    const open = (): Promise<Result> => this.#try(sealed, stream);
    const first = open();
    this.#last = this.#last.then(async () => {
      await this.#take(open, first, deadline);
      this.#waiting -= 1;
    });
  }

  /** Drops what waits. */
  close(): void {
    this.#isClosed = true;
  }

  async #take(
    open: () => Promise<Result>,
    first: Promise<Result>,
    deadline: number,
  ): Promise<void> {
    let result = await first;
    const isEarly = (): boolean => 'code' in result && result.code === 'missing-key';
    while (isEarly() && !this.#isClosed && performance.now() < deadline) {
      // At once: the key may have come with what was before this.
      result = await open();
      if (isEarly()) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    if (this.#isClosed) return;
    if ('data' in result) this.#handlers.opened(result.data);
    else if (result.code !== 'closed') this.#handlers.dropped(result.code);
  }

  async #try(sealed: Uint8Array, stream: number): Promise<Result> {
    try {
      return await this.#sealing.open(sealed, { from: this.#from, stream });
    } catch (error) {
      return { code: codeOf(error) };
    }
  }
}

type Result = OpenedData | { code: string };

/** The code of a `FramesealError`. */
export function codeOf(error: unknown): string {
  const isCoded = error instanceof Error && 'code' in error && typeof error.code === 'string';
  return isCoded ? (error.code as string) : 'unknown';
}

/** Key messages are sent again after half a second, then more slowly: this is several times. */
const PATIENCE_MS = 10_000;

/** A key that has come should not wait for us. */
const RETRY_MS = 100;

/** Four windows of a file transfer. */
const MAX_WAITING = 1024;
