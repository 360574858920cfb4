import type { MemberDetail } from './events.js';
import type { TrackName } from './tracks.js';
import type { Transport } from './transport.js';
import type { Direction, MediaKind, MemberStats, PipelineStats } from '../protocol.js';

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
  members: (Omit<MemberStats, 'state'> & Pick<MemberDetail, 'state'>)[];
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

/** Counters of one direction of one transceiver, since it was protected. */
export interface TrackStats extends Omit<PipelineStats, 'pipeline' | 'track'> {
  /** `RTCRtpTransceiver.mid`; `null` before negotiation. */
  mid: string | null;
  /** `id` of the `MediaStreamTrack`; `null` for a sender without one. */
  trackId: string | null;
  direction: Direction;
  kind: MediaKind;
  /** Frames went past the worker here, so the sender was stopped, or the receiver's track muted. */
  bypassed: boolean;
  /** The name of the track: this member's when sending, `member`'s when receiving. */
  track?: TrackName;
}
