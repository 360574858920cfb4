import type { ProblemCode } from './problems.js';
import type { TrackName } from './tracks.js';
import type { BlackoutState, Bytes, Consent, Severity } from '../protocol.js';

/** The events of a `Frameseal`, by name. All are `CustomEvent`s. */
export interface FramesealEventMap {
  /** Deliver this key message: the other member hands it to `receive()`. */
  message: CustomEvent<MessageDetail>;
  /** A member's keys changed state. */
  member: CustomEvent<MemberDetail>;
  /** Frames now leave under another key. */
  keychange: CustomEvent<KeychangeDetail>;
  /** A receiver now opens the frames of this member's track: its first, or another than before. */
  source: CustomEvent<SourceDetail>;
  /** Frames are lost or at risk; at most one event a second per code, track and member. */
  problem: CustomEvent<ProblemDetail>;
}

/** Detail of a `message` event. */
export interface MessageDetail {
  /** The member to deliver it to; `null`: all others in the room. */
  to: string | null;
  /** At most 8 KiB, opaque; the receiver's own memory. */
  data: Bytes;
}

/** Detail of a `member` event. */
export interface MemberDetail {
  /** The member, by the name in `memberJoined()`. */
  id: string;
  /** How it stands now. */
  state: MemberState;
  /**
   * SHA-256 of its public key, 64 hexadecimal digits; absent before its first message. Another one
   * than before: the member reloaded its page, or is somebody else.
   */
  fingerprint?: string;
  /**
   * Present if the member records: whether this one has consented, by {@link Frameseal.consent}. Until
   * then it gets no key, and opens nothing that this member seals.
   */
  recorder?: Consent;
}

/**
 * How far the key exchange with a member is.
 *
 * - `pending`: it is in the room, but not heard of yet, or its key is not proven.
 * - `secured`: it holds the private key to this fingerprint, and knows the secret if there is one:
 *   keys flow both ways.
 * - `bypassed`: as `secured`, but frames of this member or of us went past the worker, and were
 *   stopped: see the problems `transform-not-running` and `rolled-back`.
 * - `rejected`: not accepted by `acceptMember()`: it gets no keys, its frames are not opened.
 * - `left`: it has left; its keys are gone.
 */
export type MemberState = 'pending' | 'secured' | 'bypassed' | 'rejected' | 'left';

/** Detail of a `keychange` event. */
export interface KeychangeDetail {
  /** From 0; one more with each fresh key, and when the steps after the eighth begin anew. */
  generation: number;
  /** Ratchet steps in this generation, 0 to 7: one for those who joined together. */
  step: number;
}

/** Detail of a `source` event. */
export interface SourceDetail {
  /**
   * Where it arrives. Go by this: IDs are unique within one connection only, and the other end
   * chooses those of tracks.
   */
  transceiver: RTCRtpTransceiver | null;
  /** Of that transceiver. */
  receiver: RTCRtpReceiver;
  /** `RTCRtpTransceiver.mid`. */
  mid: string | null;
  /** `id` of the receiver's `MediaStreamTrack`. */
  trackId: string;
  /** The sender, proven by its key. */
  member: string;
  /** Which of the sender's tracks. */
  track: TrackName;
}

/** Detail of a `problem` event. */
export interface ProblemDetail {
  /** What goes wrong. */
  code: ProblemCode;
  /**
   * How bad it is.
   *
   * - `info`: happens in every call, and passes by itself.
   * - `warning`: frames are lost, at worst through somebody's interference; nothing is exposed.
   * - `error`: media does not flow, or flows unprotected, until somebody acts.
   */
  severity: Severity;
  /** Cause and cure, for developers. */
  hint: string;
  /** Of `no-media`: what keeps picture or sound from playing. */
  state?: BlackoutState;
  /**
   * Frames, or key messages, since the last event of this code, track and member; those of more
   * than a minute ago are in the counters alone.
   */
  count: number;
  /** Of `message-rejected`: what was wrong with the message. Safe to log. */
  reason?: string;
  /** Of `judgement-failed`: what `acceptMember()` threw. */
  error?: unknown;
  /** The member whose key, frames or messages it is about. */
  member?: string;
  /** `id` of the `MediaStreamTrack`; absent where it is about none. */
  trackId?: string;
  /** `RTCRtpTransceiver.mid`; absent where it is about none, and before negotiation. */
  mid?: string;
  /** The key that it is about, in decimal; a manual one as given to `setSendKey()` or `addReceiveKey()`. */
  keyId?: string;
}
