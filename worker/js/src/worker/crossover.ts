import { Session } from '../../wasm/frameseal.js';
import { Frames } from './frames.js';

/**
 * Decides which frames go through WebCrypto: those from a length on that is measured at the beginning
 * of a call, and corrected by the call's own frames, because under load it may be far off.
 *
 * Some frames are timed anyway. Of these, those near that length go either way in turn.
 */
export class Crossover {
  /** Length in bytes from which on frames go through WebCrypto; `Infinity`: none do. */
  bytes = Infinity;
  /** Timed frames near that length so far: one goes through WebAssembly, the next through WebCrypto. */
  #frames = 0;
  #sumOfBytes = 0;
  #ms: Times = [...DOUBT_MS];

  /** Tells whether a frame is to go through WebCrypto. */
  isLarge(length: number, isTimed: boolean): boolean {
    return isTimed && this.#isNear(length) ? this.#frames % 2 > 0 : length >= this.bytes;
  }

  /** Notes what a timed frame took, by the way that it went. */
  note(length: number, byWebCrypto: boolean, ms: number): void {
    if (!this.#isNear(length) || byWebCrypto !== this.#frames % 2 > 0) return;
    this.#ms[this.#frames++ % 2]! += Math.min(ms, LONGEST_MS);
    this.#sumOfBytes += length;
    if (this.#frames < ENOUGH) return;
    this.bytes = crossover(this.#sumOfBytes / ENOUGH, this.#ms);
    this.#frames = this.#sumOfBytes = 0;
    this.#ms = [...DOUBT_MS];
  }

  #isNear(length: number): boolean {
    return length >= LEAST && length * NEAR >= this.bytes && length < this.bytes * NEAR;
  }
}

/**
 * Measures from which length in bytes on frames are faster through WebCrypto; `Infinity` if WebCrypto
 * lacks the cipher suite.
 *
 * Frames are sealed by both, exactly as in a call, under a key that is thrown away. Rejects when the
 * session ends.
 */
export async function measureCrossover(
  cipherSuite: number,
  memory: WebAssembly.Memory,
): Promise<number> {
  if (!AES_GCM.includes(cipherSuite)) return Infinity;
  const session = new Session({
    keys: 'manual',
    profile: 'frameseal/1',
    cipherSuite,
    audioCipherSuite: cipherSuite,
  });
  session.ask(['setSendKey', '0', crypto.getRandomValues(new Uint8Array(16))], 0);
  session.add_pipeline({ pipeline: 0, direction: 'send', kind: 'audio', track: 0 });
  const frames = new Frames(session, memory);
  let length = FIRST_LENGTH;
  for (let step = 0; step < STEPS; step += 1) {
    length = crossover(length, await measureTimes(frames, length));
  }
  session.free();
  return length;
}

/**
 * What disturbs a round makes it longer, so the shortest tells the time. They take turns, because
 * machines are slower for seconds at a time.
 */
async function measureTimes(frames: Frames, length: number): Promise<Times> {
  const wasm = (data: ArrayBuffer) => frames.process(0, data, false, 0);
  const webCrypto = (data: ArrayBuffer) => frames.processAway(0, data, 0);
  const times: Times = [Infinity, Infinity];
  for (let round = 0; round < ROUNDS; round += 1) {
    times[0] = Math.min(times[0], await measureRound(wasm, length));
    times[1] = Math.min(times[1], await measureRound(webCrypto, length));
  }
  return times;
}

/** What frames took in WebAssembly, and in WebCrypto, in ms. */
type Times = [wasm: number, webCrypto: number];

/**
 * Returns the length from which on WebCrypto is faster, by what frames of another length took.
 *
 * A frame's time in WebAssembly grows with its length, and hardly in WebCrypto: if that took twice as
 * long with 1000 bytes, it is worth it from 2000 bytes on. Only about so, but the truer the nearer.
 */
export function crossover(length: number, [wasm, webCrypto]: Times): number {
  return Math.ceil(Math.min(Math.max((length * webCrypto) / wasm, LEAST), MOST));
}

/** Returns the time that a frame took, of as many as there is time for. */
async function measureRound(
  process: (data: ArrayBuffer) => unknown,
  length: number,
): Promise<number> {
  await pause();
  const start = performance.now();
  let frames = 0;
  let now: number;
  do {
    await process(new ArrayBuffer(length));
    frames += 1;
    now = performance.now();
  } while (now - start < ROUND_MS);
  return (now - start) / frames;
}

/** Lets frames of the call go first, and other programs end what they are at. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

/** The suites of AES-GCM: WebCrypto cannot compute AES-CTR's HMAC without a second call. */
const AES_GCM = [4, 5];

/**
 * Project decision: a promise alone takes as long as a frame of sound in WebAssembly, and 64 KiB take
 * longer there than in WebCrypto on any machine. What is measured beyond is a mistake.
 */
const LEAST = 256;
const MOST = 65_536;

/** Frames of half a crossover's length are near it, and up to twice that length. */
const NEAR = 2;

/** Project decision: Firefox's clock, which ticks once in 1 ms, then has ticked a dozen times. */
const ENOUGH = 256;

/** As if both had taken so long already: where the clock has told little, little changes. */
const DOUBT_MS: Readonly<Times> = [4, 4];

/** No frame near a crossover takes longer, unless it is disturbed. */
const LONGEST_MS = 1;

/** Of what is measured first: crossovers of all browsers that we know are near. */
const FIRST_LENGTH = 4096;

/** Each begins where the one before has ended. */
const STEPS = 3;

/** Rounds of each step and way: with their pauses, more than a second in all. */
const ROUNDS = 10;
const PAUSE_MS = 20;

/**
 * Project decision: less than the 5 ms that frames may be held up, and more than Firefox's clock,
 * which ticks once in 1 ms.
 */
const ROUND_MS = 3;
