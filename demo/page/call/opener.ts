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
    this.#last = this.#last.then(async () => {
      await this.#take(sealed, deadline);
      this.#waiting -= 1;
    });
  }

  /** Drops what waits. */
  close(): void {
    this.#isClosed = true;
  }

  async #take(sealed: Uint8Array, deadline: number): Promise<void> {
    while (!this.#isClosed) {
      try {
        const { data, from } = await this.#open(sealed);
        if (!this.#isClosed) this.#handlers.opened(data, from);
        return;
      } catch (error) {
        const code = codeOf(error);
        if (code === 'closed') return;
        if (code !== 'missing-key' || performance.now() > deadline) {
          return this.#handlers.dropped(code);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

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
