/** Waiting for what a call will show sooner or later. */

/** Asks again and again until the answer is not `undefined` or `false`; throws after `ms`. */
export async function until<T>(
  what: string,
  question: () => Promise<T | undefined | false>,
  ms = 15_000,
): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    const answer = await question();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`not within ${ms / 1000} s: ${what}`);
    await new Promise((later) => setTimeout(later, INTERVAL_MS));
  }
}

const INTERVAL_MS = 100;
