/** What a call shows: the contract between the call and the page that draws it. */

import type { Consent, FramesealStats, ProblemCode, Severity } from 'frameseal';

/**
 * Whether the frames of this call are sealed, as far as this browser can know.
 *
 * - `secured`: keys flow to and from everybody, and what arrives opens.
 * - `waiting`: keys or media of somebody have not come yet.
 * - `problem`: something was dropped or cannot be protected, in the last few seconds.
 * - `off`: the room was made without encryption.
 */
export type ShieldState = 'secured' | 'waiting' | 'problem' | 'off';

export interface Shield {
  state: ShieldState;
  /** A few words. */
  title: string;
  /** Why: a sentence. Empty if there is nothing to say. */
  reason: string;
  /** What to do: a sentence. Empty if there is nothing to do. */
  cure: string;
}

/** How the connection to a person does. */
export type LinkState = 'connecting' | 'connected' | 'reconnecting' | 'failed';

/** What a person lets the others hear and see, in the person's own words. */
export interface Sending {
  microphone: boolean;
  camera: boolean;
  screen: boolean;
}

export interface Person {
  readonly id: string;
  /** Chosen by the person, told by the server: shown, never trusted. */
  readonly name: string;
  readonly isSelf: boolean;
  /** State of the person's keys; for oneself, and in a room that is not sealed, `secured`. */
  readonly keys: 'pending' | 'secured' | 'bypassed' | 'rejected';
  readonly link: LinkState;
  /** 64 hexadecimal digits; absent until the person's key is known. */
  readonly fingerprint?: string;
  /** The two have compared their safety number; forgotten when the fingerprint changes. */
  readonly isVerified: boolean;
  /** Present if the person records: whether you have allowed it. Until then it sees and hears nothing. */
  readonly recorder?: Consent;
  readonly sending: Sending;
  /** Pictures and sound, each proven to be this person's by its key (in a sealed room). */
  readonly camera?: MediaStream;
  readonly screen?: MediaStream;
  /** Has loudness been heard in the last moments. */
  readonly isSpeaking: boolean;
}

export interface ChatMessage {
  readonly id: string;
  /** Proven by the key that sealed it. */
  readonly from: string;
  /** As the person was called when it was said. */
  readonly name: string;
  readonly text: string;
  /** Milliseconds of this computer's clock, when it was said or came. */
  readonly at: number;
}

/**
 * A file on its way between this browser and one other.
 *
 * `offered` waits for the receiver's yes; `moving` may stand still while the connection is away;
 * `done` means that the receiver has checked the SHA-256 of all of it.
 */
export type TransferState = 'offered' | 'moving' | 'done' | 'declined' | 'failed';

export interface Transfer {
  readonly id: string;
  readonly direction: 'send' | 'receive';
  /** The person at the other end. */
  readonly with: string;
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** Acknowledged by the receiver, in bytes. */
  readonly moved: number;
  readonly state: TransferState;
  /** Of a `failed` one: cause and cure. */
  readonly reason?: string;
  /** Of a `done` one that was received: an object URL of its content. */
  readonly url?: string;
}

/** A problem that the package, the server or the browser told of; newest first, at most 50. */
export interface Notice {
  readonly at: number;
  readonly code: ProblemCode | string;
  readonly severity: Severity;
  /** Cause and cure. */
  readonly text: string;
}

/** How the connection to the server does; media goes on without it. */
export type SignallingState = 'online' | 'reconnecting' | 'refused';

/** Looked at once a second while somebody looks. */
export interface Counters {
  readonly frameseal?: FramesealStats;
  /** All that arrived and left, in bits per second. */
  readonly receivedBitsPerSecond: number;
  readonly sentBitsPerSecond: number;
  /** Of the slowest connection, in milliseconds; absent while unknown. */
  readonly roundTripMs?: number;
}

/** Cameras and microphones to choose from. */
export interface Devices {
  readonly cameras: readonly MediaDeviceInfo[];
  readonly microphones: readonly MediaDeviceInfo[];
  readonly camera?: string;
  readonly microphone?: string;
}
