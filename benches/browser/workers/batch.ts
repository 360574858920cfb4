/** What the page and a worker of the bench say to each other. */

export const IMPLEMENTATIONS = ['nothing', 'frameseal', 'livekit', 'webcrypto'] as const;

/** What seals and opens: see `implementations.ts`. */
export type Implementation = (typeof IMPLEMENTATIONS)[number];

export type Operation = 'seal' | 'open';

/**
 * How frames come: each when the one before has left, as from an encoder, or all at once, as after
 * a pause.
 */
export type Flow = 'one-by-one' | 'queued';

/** Frames of one size, on their way. */
export interface Batch {
  implementation: Implementation;
  operation: Operation;
  /** Of each frame before it is sealed. */
  bytes: number;
  flow: Flow;
  data: readonly ArrayBuffer[];
  /** How many of them come out. */
  expected: number;
}

/** What came out. */
export interface Passed {
  data: ArrayBuffer[];
  /** From the first frame's coming to the last one's leaving. */
  ms: number;
}

export type Question = Batch | { webCryptoKey: Uint8Array<ArrayBuffer> };

export type Answer = { value: Passed | void } | { error: string };
