import { Session } from '../../wasm/frameseal.js';
import { Frames } from './frames.js';

/**
 * Measures from which length in bytes on frames are faster through WebCrypto; `Infinity` if none
 * are, or if WebCrypto lacks the cipher suite.
 *
 * Frames are sealed by both, exactly as in a call, under a key that is thrown away. Rejects when
 * `signal` says that the memory is no more.
 */
export async function measureCrossover(
  cipherSuite: number,
  memory: WebAssembly.Memory,
  signal: AbortSignal,
): Promise<number> {
  if (!AES_GCM.includes(cipherSuite)) return Infinity;
  const session = new Session({
    keys: 'manual',
    profile: 'frameseal/1',
    cipherSuite,
    audioCipherSuite: cipherSuite,
  });
  session.setSendKey(0n, crypto.getRandomValues(new Uint8Array(16)));
  session.add_pipeline({ pipeline: 0, direction: 'send', kind: 'audio', track: 0 });
  const frames = new Frames(session, memory);
  signal.addEventListener('abort', () => frames.close());

  const [wasm, webCrypto] = await measureCosts(
    [
      (data) => frames.process(0, data, false, 0),
      (data) => frames.processAway(0, data, 0),
    ],
    signal,
  );
  session.free();
  return crossover(wasm!, webCrypto!);
}

/** What frames cost: so much each, and so much for each of their bytes. In ms. */
export interface Cost {
  perFrame: number;
  perByte: number;
}

/** Returns the length from which on the second cost is the lower one. */
export function crossover(first: Cost, second: Cost): number {
  const gain = first.perByte - second.perByte;
  if (gain <= 0) return Infinity;
  return Math.max(1, Math.ceil((second.perFrame - first.perFrame) / gain));
}

/**
 * What disturbs a round makes it longer, so the shortest tells the cost. They take turns, because
 * machines are slower for seconds at a time.
 */
async function measureCosts(ways: Process[], signal: AbortSignal): Promise<Cost[]> {
  const least = ways.map(() => LENGTHS.map(() => Infinity));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [way, process] of ways.entries()) {
      for (const [at, length] of LENGTHS.entries()) {
        const time = await measureRound(process, new ArrayBuffer(length), signal);
        least[way]![at] = Math.min(least[way]![at]!, time);
      }
    }
  }
  return least.map(([small, large]) => {
    const perByte = (large! - small!) / (LENGTHS[1] - LENGTHS[0]);
    return { perFrame: small! - perByte * LENGTHS[0], perByte };
  });
}

/** Returns the time that a frame took, of as many as there is time for. */
async function measureRound(
  process: Process,
  data: ArrayBuffer,
  signal: AbortSignal,
): Promise<number> {
  await pause();
  signal.throwIfAborted();
  await process(data);
  const start = performance.now();
  let frames = 0;
  let now: number;
  do {
    const verdict = process(data);
    if (verdict instanceof Promise) await verdict;
    signal.throwIfAborted();
    frames += 1;
    now = performance.now();
  } while (now - start < ROUND_MS);
  return (now - start) / frames;
}

/** Lets frames of the call go first, and other programs end what they are at. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

type Process = (data: ArrayBuffer) => unknown;

/** The suites of AES-GCM: WebCrypto cannot compute AES-CTR's HMAC without a second call. */
const AES_GCM = [4, 5];

/** Lengths in bytes between which the costs cross in all browsers that we know, or near them. */
const LENGTHS = [1024, 8192] as const;

/** Rounds of each length and way: with their pauses, more than a second. */
const ROUNDS = 16;
const PAUSE_MS = 20;

/**
 * Project decision: less than the 5 ms that frames may be held up, and more than Firefox's clock,
 * which ticks once in 1 ms.
 */
const ROUND_MS = 3;
