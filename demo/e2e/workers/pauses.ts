/** How evenly frames came out of a worker, since it was asked last. */
export interface Pauses {
  frames: number;
  /** Longest time between one frame and the next. */
  longestMs: number;
  /** How many times were longer than 5 ms. */
  over5Ms: number;
}
