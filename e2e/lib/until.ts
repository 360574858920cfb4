/** Waiting for what a call will show sooner or later. */

import { isDeepStrictEqual } from 'node:util';

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

/** Asks until the answer has been the same for `quietMs`, and returns it; throws after `ms`. */
export async function settled<T>(
  what: string,
  question: () => Promise<T>,
  quietMs = 500,
  ms?: number,
): Promise<T> {
  let last = await question();
  let quiet = 0;
  await until(`${what} to settle`, async () => {
    const answer = await question();
    quiet = isDeepStrictEqual(answer, last) ? quiet + 1 : 0;
    last = answer;
    return quiet * INTERVAL_MS >= quietMs;
  }, ms);
  return last;
}

const INTERVAL_MS = 100;
