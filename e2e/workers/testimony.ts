/** What the witness in a worker knows. */
export interface Testimony {
  /** Everything that the browser's random generator gave, piece by piece. */
  random: Uint8Array[];
  /** Arguments of each call of `console`. */
  logs: unknown[][];
}
