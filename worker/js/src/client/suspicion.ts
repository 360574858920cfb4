/**
 * Finds out whether a transform still runs that the browser may have taken away just now, from the same
 * two counters as `Bypass`.
 */
export class Suspicion {
  #last: { passed: number; seen: number } | undefined;
  #ran = 0;
  #missed = 0;

  /** Takes the totals of now; returns the verdict as soon as two looks say the same. */
  look(passed: number, seen: number): 'runs' | 'bypassed' | undefined {
    const last = this.#last;
    this.#last = { passed, seen };
    if (!last) return undefined; // what was on its way is counted by now
    if (seen > last.seen) {
      this.#ran += 1;
      this.#missed = 0;
    } else if (passed > last.passed) {
      this.#missed += 1;
      this.#ran = 0;
    }
    if (this.#ran >= 2) return 'runs';
    return this.#missed >= 2 ? 'bypassed' : undefined;
  }
}
