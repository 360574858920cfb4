import type { MemberState } from './events.js';
import type { TrackName } from './tracks.js';
import type { Transport } from './transport.js';
import type { Consent, Direction, Dropped, MediaKind, Percentiles } from '../protocol.js';

/** What `Frameseal.stats()` tells. */
export interface FramesealStats {
  /** How frames reach the worker. */
  transport: Transport;
  /** The key that frames leave under, in decimal; absent before the first. */
  sendKeyId?: string;
  /** Of that key, as in `keychange` events; absent with manual keys. */
  generation?: number;
  /** Of that key, as in `keychange` events; absent with manual keys. */
  step?: number;
  /** The other members in the room; none with manual keys. */
  members: MemberStats[];
  /** Longest time that key exchange has held up frames, in microseconds. */
  longestSliceMicroseconds: number;
  /**
   * Length in bytes from which on frames go through WebCrypto, as measured some 2.5 s after the worker
   * started and corrected by frames since; absent if none do: before that, and with AES-CTR suites.
   */
  crossoverBytes?: number;
  /** Size of the worker's WebAssembly memory. */
  wasmBytes: number;
  /** One entry per direction of a transceiver that the browser runs a transform for. */
  tracks: TrackStats[];
}

/** What is known of another member. */
export interface MemberStats {
  /** The member, by the name in `memberJoined()`. */
  id: string;
  /** How far the key exchange with it is. */
  state: MemberState;
  /** SHA-256 of its public key, 64 hexadecimal digits; absent before its first message. */
  fingerprint?: string;
  /** Present if the member records: whether this one has consented. */
  recorder?: Consent;
  /** Messages of it that the signalling brought. */
  messages: number;
  /** What was wrong with the last of them that was wrong, unless it was harmless. */
  refused?: string;
  /**
   * Of the newest key that it gave this member, as in its own `keychange` events; absent before the
   * first. Its frames may be some steps further.
   */
  generation?: number;
  /** Of that key, too. */
  step?: number;
}

/** Counters of one direction of one transceiver, since it was protected. */
export interface TrackStats {
  /** `RTCRtpTransceiver.mid`; `null` before negotiation. */
  mid: string | null;
  /** `id` of the `MediaStreamTrack`; `null` for a sender without one. */
  trackId: string | null;
  /** Which way the frames go. */
  direction: Direction;
  /** What they carry. */
  kind: MediaKind;
  /** Receiving: whose track is playing; absent before its first frame. */
  member?: string;
  /** Frames went past the worker here, so the sender was stopped, or the receiver's track muted. */
  bypassed: boolean;
  /** The name of the track: this member's when sending, `member`'s when receiving. */
  track?: TrackName;
  /** MIME type that frames are handled as; absent until known. */
  codec?: string;
  /** Frames that came in, dropped ones included. */
  seen: number;
  /** Frames sealed, or opened. */
  passed: number;
  /** Of those, frames that went through WebCrypto. */
  webCrypto: number;
  /** Frames of no bytes, forwarded as they are. */
  empty: number;
  /** Frames dropped, by reason. */
  dropped: Dropped;
  /** Key frames that were asked for: receiving of the sender, sending of the encoder. */
  keyFramesAsked: number;
  /** Bytes of the frames that passed, before they were sealed or opened. */
  bytesIn: number;
  /** Bytes of these frames afterwards. */
  bytesOut: number;
  /** Time per frame in microseconds, as exact as the browser's clock. */
  microseconds: Percentiles;
}
