import type { Frameseal } from 'frameseal';

/** Keys set by hand: what Alice seals with, and Bob's copy of it. */
export class Keys {
  readonly #alice: Frameseal;
  readonly #bob: Frameseal;
  #current = makeKey(0);

  constructor(alice: Frameseal, bob: Frameseal) {
    this.#alice = alice;
    this.#bob = bob;
  }

  /** The ID of the key that Alice seals with; 0 before the first. */
  get keyId(): number {
    return this.#current.keyId;
  }

  /** Gives both ends another key: Bob first, so that he has it when the first frame comes. */
  async change(): Promise<void> {
    const previous = this.#current;
    const next = makeKey(previous.keyId + 1);
    this.#current = next;
    await this.#bob.addReceiveKey({ ...next, member: 'alice' });
    await this.#alice.setSendKey(next);
    if (previous.keyId > 0) {
      setTimeout(() => void this.#bob.removeReceiveKey(previous.keyId), IN_FLIGHT_MS);
    }
  }

  /** Gives Bob a key that is not Alice's, by the same ID. */
  async break(): Promise<void> {
    await this.#bob.addReceiveKey({ ...makeKey(this.keyId), member: 'alice' });
  }

  /** Gives Bob Alice's key again. */
  async mend(): Promise<void> {
    await this.#bob.addReceiveKey({ ...this.#current, member: 'alice' });
  }
}

/** How long frames under the previous key may still be under way. */
const IN_FLIGHT_MS = 2000;

interface Key {
  keyId: number;
  baseKey: Uint8Array;
}

function makeKey(keyId: number): Key {
  return { keyId, baseKey: crypto.getRandomValues(new Uint8Array(32)) };
}
