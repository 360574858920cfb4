/** What the two ends of a connection tell each other, in order. All of it is JSON. */
export type NegotiationSignal =
  | { description: RTCSessionDescriptionInit }
  | { candidate: RTCIceCandidateInit | null }
  /** The end that yields asks for its turn, gets it, and gives it back if nothing is to be offered. */
  | { turn: 'wanted' | 'yours' | 'unneeded' };

/** What a {@link Negotiation} needs to know. */
export interface NegotiationOptions {
  /**
   * Whether this end asks before it offers. Of the two ends one does and one does not, for example by
   * the order of their names.
   */
  yields: boolean;

  /** Brings a signal to the other end's {@link Negotiation.handle}. */
  send: (signal: NegotiationSignal) => void;
}

/**
 * Negotiates one connection so that two offers never cross.
 *
 * In "perfect negotiation" one end rolls its offer back when offers cross. Chromium takes the transforms
 * off all receivers of a running call then, for good. Here the end that yields asks for its turn before
 * it offers, and changes of the other end wait until that offer is answered. A change of the end that
 * yields takes one round trip more for it.
 *
 * ```ts
 * const negotiation = new Negotiation(pc, { yields: me < them, send });
 * signalling.onmessage = (signal) => negotiation.handle(signal);
 * ```
 */
export class Negotiation {
  readonly #pc: RTCPeerConnection;
  readonly #options: NegotiationOptions;
  /** Signals are taken one after the other. */
  #last: Promise<void> = Promise.resolve();
  /** Whether there is a change that no offer has told yet. */
  #isNeeded = false;
  /** Whether the other end has asked for its turn. */
  #isWanted = false;
  /** Whether this end may offer; of the end that yields, whether it has asked. */
  #turn: 'ours' | 'asked' | 'theirs';

  constructor(pc: RTCPeerConnection, options: NegotiationOptions) {
    this.#pc = pc;
    this.#options = options;
    this.#turn = options.yields ? 'theirs' : 'ours';
    pc.addEventListener('negotiationneeded', () => this.change());
    pc.addEventListener('icecandidate', ({ candidate }) => {
      options.send({ candidate: candidate && candidate.toJSON() });
    });
  }

  /** How many of this end's changes had to wait for the other end's offer. */
  queued = 0;

  /** Has the connection's changes negotiated; called by the event `negotiationneeded`. */
  change(): void {
    this.#isNeeded = true;
    void this.#queue(() => this.#begin());
  }

  /** Takes a signal of the other end. Resolves when it has been dealt with; rejects if it is wrong. */
  handle(signal: NegotiationSignal): Promise<void> {
    return this.#queue(() => this.#take(signal));
  }

  /** One after the other, whatever became of the one before. */
  #queue(step: () => Promise<void>): Promise<void> {
    const done = this.#last.then(step);
    this.#last = done.catch(() => {});
    return done;
  }

  async #take(signal: NegotiationSignal): Promise<void> {
    if ('turn' in signal) return this.#takeTurn(signal.turn);
    if ('candidate' in signal) return this.#pc.addIceCandidate(signal.candidate ?? undefined);
    await this.#takeDescription(signal.description);
    await this.#begin();
  }

  async #takeDescription(description: RTCSessionDescriptionInit): Promise<void> {
    const isOffer = description.type === 'offer';
    try {
      await this.#pc.setRemoteDescription(description);
      if (isOffer) await this.#describe();
    } finally {
      // A turn ends with the answer, whoever gives it; or with an offer that is of no use.
      if (!isOffer || !this.#options.yields) this.#turn = this.#options.yields ? 'theirs' : 'ours';
    }
  }

  async #takeTurn(turn: 'wanted' | 'yours' | 'unneeded'): Promise<void> {
    if (turn === 'wanted') this.#isWanted = true;
    else this.#turn = 'ours';
    if (turn === 'yours' && !this.#isNeeded) {
      this.#turn = 'theirs';
      this.#options.send({ turn: 'unneeded' });
    }
    await this.#begin();
  }

  /** Offers, or hands the turn on, if it is time. */
  async #begin(): Promise<void> {
    if (this.#pc.signalingState !== 'stable') return;
    if (this.#turn === 'ours') {
      if (this.#isNeeded) await this.#describe();
      else if (this.#isWanted) this.#handOver();
    } else if (this.#isNeeded && this.#turn === 'theirs') {
      this.queued += 1;
      if (this.#options.yields) this.#ask();
    }
  }

  #handOver(): void {
    this.#isWanted = false;
    this.#turn = 'theirs';
    this.#options.send({ turn: 'yours' });
  }

  #ask(): void {
    this.#turn = 'asked';
    this.#options.send({ turn: 'wanted' });
  }

  /** Offers or answers, whichever is due. What that does not tell, `negotiationneeded` says again. */
  async #describe(): Promise<void> {
    this.#isNeeded = false;
    await this.#pc.setLocalDescription();
    const description = this.#pc.localDescription;
    if (description) this.#options.send({ description: description.toJSON() });
  }
}
