/** Steps of the key manager that nothing came between. */
export interface Slice {
  steps: number;
  /** From the beginning of the first step to that of the last. */
  lastBeganMs: number;
  /** From the beginning of the first step to the end of the last. */
  ms: number;
}
