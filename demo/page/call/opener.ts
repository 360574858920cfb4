/** Opens what somebody sealed, in the order in which it came. */

import type { OpenedData } from 'frameseal';

export interface OpenerHandlers {
  /** The bytes are those that this member sealed. */
  opened(data: Uint8Array, from: string): void;
  /** It never opened, or came in such numbers that there was no room for it. */
  dropped(code: string): void;
}

/**
 * A key may arrive later than what it sealed, because they take different ways: then all that came
 * after waits too.
 */
export class Opener {
  readonly #open: (sealed: Uint8Array) => Promise<OpenedData>;
  readonly #handlers: OpenerHandlers;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  #isClosed = false;

  constructor(open: (sealed: Uint8Array) => Promise<OpenedData>, handlers: OpenerHandlers) {
    this.#open = open;
    this.#handlers = handlers;
  }

  push(sealed: Uint8Array): void {
    if (this.#waiting >= MAX_WAITING) return this.#handlers.dropped('too-much');
    this.#waiting += 1;
    const deadline = performance.now() + PATIENCE_MS;
    // The worker answers in order, so it need not wait for what is done with the answers.
    const first = this.#try(sealed);
    this.#last = this.#last.then(async () => {
      await this.#take(sealed, first, deadline);
      this.#waiting -= 1;
    });
  }

  /** Drops what waits. */
  close(): void {
    this.#isClosed = true;
  }

  async #take(sealed: Uint8Array, first: Promise<Result>, deadline: number): Promise<void> {
    let result = await first;
    const isEarly = (): boolean => 'code' in result && result.code === 'missing-key';
    while (isEarly() && !this.#isClosed && performance.now() < deadline) {
      // At once: the key may have come with what was before this.
      result = await this.#try(sealed);
      if (isEarly()) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    if (this.#isClosed) return;
    if ('data' in result) this.#handlers.opened(result.data, result.from);
    else if (result.code !== 'closed') this.#handlers.dropped(result.code);
  }

  async #try(sealed: Uint8Array): Promise<Result> {
    try {
      return await this.#open(sealed);
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
