import type { Claimant } from './installation.js';
import { isClosed, knowsOption, OWN } from '../client/connection.js';
import { FramesealError } from '../client/errors.js';
import { PLACEHOLDER, stop, type MediaEnd } from '../client/transport.js';

/** A session, and which connections it wants. */
interface Claim {
  frameseal: Claimant;
  wants: (pc: RTCPeerConnection) => boolean;
}

/** The connections of a page: who has claimed which. */
export class Connections {
  readonly #unclaimed: (pc: RTCPeerConnection) => void;
  readonly #exempt = new WeakSet<RTCPeerConnection>();
  readonly #owners = new WeakMap<RTCPeerConnection, Claimant>();
  readonly #waiting = new Set<RTCPeerConnection>();
  readonly #claims: Claim[] = [];

  constructor(unclaimed: (pc: RTCPeerConnection) => void) {
    this.#unclaimed = unclaimed;
  }

  /** Leaves a connection alone. */
  exempt(pc: RTCPeerConnection): void {
    this.#exempt.add(pc);
  }

  /** Gives a new connection to the session that wants it, or has it wait. */
  add(pc: RTCPeerConnection): void {
    this.#forgetClosed();
    if (this.#offer(pc)) return;
    this.#waiting.add(pc);
    setTimeout(() => {
      this.#forgetClosed();
      if (this.#waiting.has(pc) && !this.#claimOf(pc)) this.#unclaimed(pc);
    }, UNCLAIMED_MS);
  }

  /**
   * Protects what a connection has got, or stops it.
   *
   * @throws FramesealError why it cannot be protected.
   */
  protect(pc: RTCPeerConnection): void {
    const owner = this.#owners.get(pc);
    if (owner) return owner.attach(pc);
    if (this.#exempt.has(pc) || OWN in pc) return;
    try {
      if (!this.#waiting.has(pc)) this.add(pc); // made past our constructor
      if (this.#waiting.has(pc)) hold(pc);
    } catch (error) {
      for (const transceiver of pc.getTransceivers()) stop(transceiver);
      throw error;
    }
  }

  claim(claim: Claim): void {
    this.#claims.push(claim);
    this.#offerWaiting();
  }

  release(frameseal: Claimant): void {
    const kept = this.#claims.filter((claim) => claim.frameseal !== frameseal);
    this.#claims.splice(0, this.#claims.length, ...kept);
  }

  /** And those that a session has attached without being asked. */
  #forgetClosed(): void {
    for (const pc of [...this.#waiting]) {
      if (pc.signalingState === 'closed' || OWN in pc) this.#waiting.delete(pc);
    }
  }

  #offerWaiting(): void {
    this.#forgetClosed();
    const errors: unknown[] = [];
    for (const pc of [...this.#waiting]) {
      try {
        if (this.#offer(pc)) this.#waiting.delete(pc);
      } catch (error) {
        errors.push(error); // those after it must not wait for that
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  #claimOf(pc: RTCPeerConnection): Claim | undefined {
    return this.#claims.find(({ wants }) => wants(pc));
  }

  #offer(pc: RTCPeerConnection): boolean {
    const claim = this.#claimOf(pc);
    if (!claim) return false;
    const { frameseal } = claim;
    try {
      frameseal.attach(pc);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'not-ready')) throw error;
      frameseal.ready
        .then(
          () => this.#offerWaiting(),
          () => this.release(frameseal), // it was told to whoever awaits the same promise
        )
        .catch(reportError);
      return false;
    }
    this.#owners.set(pc, frameseal);
    return true;
  }
}

/**
 * Lets nothing pass until a session claims the connection: by Chromium's option; elsewhere by a
 * transform that does nothing, which another may replace at any time.
 */
function hold(pc: RTCPeerConnection): void {
  if (isClosed(pc)) return;
  if (knowsOption()) {
    throw new FramesealError(
      'encoded-streams-disabled',
      'this connection was made past install(): import it before everything else, and cover() the ' +
        'frame that the connection is of',
    );
  }
  for (const { sender, receiver } of pc.getTransceivers()) {
    plug(sender);
    plug(receiver);
  }
}

function plug(end: MediaEnd): void {
  if (end.transform) return;
  plugs ??= new Worker(URL.createObjectURL(new Blob([])));
  end.transform = Object.assign(new RTCRtpScriptTransform(plugs), { [PLACEHOLDER]: true });
}

/** A worker that hears nothing. One that a Content Security Policy keeps from starting does as well. */
let plugs: Worker | undefined;

/** A page that begins a call and its session together has both by then. */
const UNCLAIMED_MS = 2000;
