/** How a worker kept up with its frames, since it was asked last. */
export interface Pauses {
  /** Frames that came out. */
  frames: number;
  /** Longest that one of them was late. */
  longestMs: number;
}
