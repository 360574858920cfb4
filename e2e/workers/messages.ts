/** What pages and the workers of the tests tell each other. */

/** What is done to a worker only where a test wants it: see `beside.ts`. */
export type Extra = 'bare' | 'damage' | 'oversize' | 'pad' | 'slices' | 'trap';

/** The frames of one direction of one transceiver. */
export interface Tap<Data = Uint8Array> {
  direction: 'send' | 'receive';
  kind: 'audio' | 'video';
  /** As they came in: from the encoder, or from the network. */
  before: TappedFrame<Data>[];
  /** As they went out: to the network, or to the decoder. */
  after: TappedFrame<Data>[];
}

export interface TappedFrame<Data = Uint8Array> {
  /** `key`, `delta` or `empty`; absent for audio. */
  type: string | undefined;
  mimeType: string | undefined;
  /** SSRC. */
  source: number | undefined;
  /** RTP timestamp. */
  timestamp: number;
  data: Data;
  /** When it passed, in milliseconds of the worker's clock. */
  at: number;
}

/** A frame that somebody recorded. */
export interface ReplayedFrame<Data = Uint8Array> {
  kind: 'audio' | 'video';
  /** `key` or `delta`; absent for audio. */
  type?: string | undefined;
  mimeType?: string | undefined;
  data: Data;
}

/** Frames for a transform that no connection has. */
export interface MadeFrames {
  direction: 'send' | 'receive';
  frames: ReplayedFrame[];
}

/** What the witness in a worker knows. */
export interface Testimony {
  /** Everything that the browser's random generator gave, piece by piece. */
  random: Uint8Array[];
  /** Arguments of each call of `console`. */
  logs: unknown[][];
}

/** How a worker kept up with its frames, since it was asked last. */
export interface Pauses {
  /** Frames that came out. */
  frames: number;
  /** Longest that one of them was late. */
  longestMs: number;
}

/** Steps of the key manager that nothing came between. */
export interface Slice {
  steps: number;
  /** From the beginning of the first step to the end of the last. */
  ms: number;
}
