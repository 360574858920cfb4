/** What the server saw last. */

import { KIND } from './sealed-signalling.ts';

/** Something that went through the relay, as the server sees it. */
export interface Relayed {
  /** Milliseconds of this computer's clock. */
  readonly at: number;
  readonly from: string;
  /** `null`: all others in the room. */
  readonly to: string | null;
  readonly what: 'key' | 'sealed' | 'plain';
  readonly bytes: Uint8Array;
}

export class ServerView {
  readonly #relayed: Relayed[] = [];

  /** Both ways, oldest first: at most 50. */
  get relayed(): readonly Relayed[] {
    return [...this.#relayed];
  }

  add(from: string, to: string | null, bytes: Uint8Array): void {
    const [kind] = bytes;
    const what = kind === KIND.key ? 'key' : kind === KIND.sealed ? 'sealed' : 'plain';
    this.#relayed.push({ at: Date.now(), from, to, what, bytes });
    if (this.#relayed.length > MAX) this.#relayed.shift();
  }
}

const MAX = 50;
