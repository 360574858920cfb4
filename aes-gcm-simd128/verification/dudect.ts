/**
 * Times calls with one key and with random ones, in random order: what the program `dudect` compares.
 * Writes two doubles for each measurement, its class, 0 or 1, and its nanoseconds.
 *
 *     node --import tsx dudect.ts GLUE CALLS KEY_LENGTH MEASUREMENTS
 */

import { randomFillSync } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { load } from './module.ts';

/** Calls of one measurement: the clock is too coarse for one. */
const BATCH = 4;

/** Measurements whose keys are prepared together. */
const CHUNK = 1000;

/** Chunks until the engine has optimized the code. */
const WARM_UP = 20;

/** Associated data of a frame, and a text with a whole first batch and some more blocks: both kinds of AES. */
const [AAD, TEXT] = [20, 152];

const [glue = '', calls = '', keyLength, measurements] = process.argv.slice(2);
const length = Number(keyLength);
const { cipher, memory } = await load(glue);

const subjects: Record<string, () => void> = {
  'seal-once': () => cipher.seal_once(length, AAD, TEXT),
  seal: () => cipher.seal(AAD, TEXT),
  open: () => cipher.open(AAD, TEXT),
  'seal-with-branch': () => cipher.seal_with_branch(AAD, TEXT),
};
const call = subjects[calls];
if (!call) throw new Error(`no calls ${calls}`);

/** What a measurement begins with: by place in memory, and the bytes of each one of a chunk. */
const inputs = [
  input(cipher.key(), length),
  input(cipher.nonce(), 12),
  input(cipher.aad(), AAD),
  input(cipher.text(), TEXT),
  input(cipher.tag(), 16),
];
const classes = new Uint8Array(CHUNK);
const results = new Float64Array(CHUNK * 2);
for (let chunk = -WARM_UP; chunk * CHUNK < Number(measurements); chunk++) {
  prepare();
  for (let n = 0; n < CHUNK; n++) measure(n, call);
  if (chunk >= 0) await write(results);
}

function input(place: number, length: number): { place: number; length: number; bytes: Uint8Array } {
  return { place, length, bytes: new Uint8Array(CHUNK * length) };
}

/** All is random, but that keys of class 0 are zero. */
function prepare(): void {
  for (const { bytes } of inputs) randomFillSync(bytes);
  randomFillSync(classes);
  const [keys] = inputs;
  for (let n = 0; n < CHUNK; n++) {
    if (classes[n]! % 2 === 0) keys!.bytes.fill(0, n * length, (n + 1) * length);
  }
}

/** Both classes do the same before the clock is read. */
function measure(n: number, call: () => void): void {
  for (const { place, length, bytes } of inputs) {
    memory.set(bytes.subarray(n * length, (n + 1) * length), place);
  }
  cipher.set_key(length);
  const start = performance.now();
  for (let repeat = 0; repeat < BATCH; repeat++) call();
  const end = performance.now();
  results[2 * n] = classes[n]! % 2;
  results[2 * n + 1] = (end - start) * 1e6;
}

/** Waits until the numbers are in the pipe: the next chunk has the same place. */
function write(numbers: Float64Array): Promise<void> {
  return new Promise((resolve) => process.stdout.write(new Uint8Array(numbers.buffer), () => resolve()));
}
