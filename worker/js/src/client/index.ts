/**
 * End-to-end encryption for WebRTC media: RFC 9605 SFrame in a Web Worker.
 *
 * @packageDocumentation
 */

export type { CipherSuite } from './cipher-suites.js';
export { FramesealError, type FramesealErrorCode } from './errors.js';
export type {
  FramesealEventMap,
  KeychangeDetail,
  MemberDetail,
  MemberState,
  MessageDetail,
  ProblemDetail,
  SourceDetail,
} from './events.js';
export { Frameseal, type FramesealListener } from './frameseal.js';
export type {
  AttachOptions,
  BytesLike,
  FramesealOptions,
  KeyMode,
  MemberClaim,
  OpenOptions,
  Profile,
  ProtectOptions,
  ReceiveKey,
  Recording,
  SealOptions,
  SendKey,
} from './options.js';
export type { ProblemCode } from './problems.js';
export type { FramesealStats, MemberStats, TrackStats } from './stats.js';
export type { TrackName } from './tracks.js';
export type { Transport } from './transport.js';
export type {
  BlackoutState,
  Bytes,
  Consent,
  Direction,
  Dropped,
  MediaKind,
  OpenedData,
  Percentiles,
  Severity,
} from '../protocol.js';
