import type { ProblemCode, Severity } from './problems.js';
import type { TrackName } from './tracks.js';

/** The events of a `Frameseal`, by name. All are `CustomEvent`s. */
export interface FramesealEventMap {
  /** A receiver now opens the frames of this member's track: its first, or another than before. */
  source: CustomEvent<SourceDetail>;
  /** Frames are lost or at risk; at most one event per code and track a second. */
  problem: CustomEvent<ProblemDetail>;
}

/** Detail of a `source` event. */
export interface SourceDetail {
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
  /** How bad it is. */
  severity: Severity;
  /** A sentence of cause and a sentence of cure, for developers. */
  hint: string;
  /** Frames concerned since the last event of this code and track. */
  count: number;
  /** The member whose key it is about. */
  member?: string;
  /** `id` of the `MediaStreamTrack`; absent for application data. */
  trackId?: string;
  /** `RTCRtpTransceiver.mid`; absent for application data, and before negotiation. */
  mid?: string;
  /** The key that it is about, as given to `setSendKey()` or `addReceiveKey()`. */
  keyId?: bigint;
}
