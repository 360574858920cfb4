import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Crossover, crossover } from '../src/worker/crossover.js';

const [LEAST, MOST] = [256, 65_536];

/** What frames take by one of the two ways: so much each, and so much for each byte. In ms. */
interface Cost {
  perFrame: number;
  perByte: number;
}

/** As on a machine that we know. */
const WASM: Cost = { perFrame: 0.008, perByte: 3.5e-6 };
const WEB_CRYPTO: Cost = { perFrame: 0.045, perByte: 0.3e-6 };

/** Where both cost the same. */
const TRUTH = (WEB_CRYPTO.perFrame - WASM.perFrame) / (WASM.perByte - WEB_CRYPTO.perByte);

function cost({ perFrame, perByte }: Cost, bytes: number): number {
  return perFrame + perByte * bytes;
}

test('from anywhere, a few steps lead to where WebCrypto begins to be worth it', () => {
  for (const start of [LEAST, 4096, MOST]) {
    let length = start;
    for (let step = 0; step < 8; step++) {
      length = crossover(length, [cost(WASM, length), cost(WEB_CRYPTO, length)]);
    }
    assert.ok(Math.abs(length / TRUTH - 1) < 0.1, `${length} from ${start}, for ${TRUTH}`);
  }
});

test('what is measured beyond what can be true is cut off', () => {
  assert.equal(crossover(1000, [1, 2]), 2000);
  assert.equal(crossover(1000, [1, 0.1]), LEAST);
  assert.equal(crossover(1000, [1, 0]), LEAST);
  assert.equal(crossover(1000, [1, 100]), MOST);
  assert.equal(crossover(1000, [0, 1]), MOST);
});

for (const tick of [0.005, 0.1, 1]) {
  for (const start of [LEAST, MOST]) {
    test(`from ${start} bytes, frames lead to the truth, by a clock of ${tick} ms`, () => {
      const subject = new Crossover();
      subject.bytes = start;
      time(subject, 40_000, tick);
      const isNear = subject.bytes > TRUTH / 2 && subject.bytes < TRUTH * 2;
      assert.ok(isNear, `${subject.bytes} for ${TRUTH}`);
    });
  }
}

test('it keeps within what can be true, whatever frames take', () => {
  const never = { perFrame: 10, perByte: 0 };
  const least = new Crossover();
  const most = new Crossover();
  least.bytes = most.bytes = 4000;
  time(least, 40_000, 0.1, never, WASM);
  time(most, 40_000, 0.1, WASM, never);
  // Frames near an end are as good as all on one side of it.
  assert.ok(least.bytes >= LEAST && least.bytes < 2 * LEAST, `${least.bytes}`);
  assert.ok(most.bytes <= MOST && most.bytes > MOST / 2, `${most.bytes}`);
});

test('a frame that was held up for a day does not decide', () => {
  const [subject, undisturbed] = [new Crossover(), new Crossover()];
  subject.bytes = undisturbed.bytes = TRUTH;
  subject.note(subject.bytes, false, 86_400_000);
  for (const each of [subject, undisturbed]) time(each, 4000, 0.005);
  const ratio = subject.bytes / undisturbed.bytes;
  assert.ok(ratio > 0.8 && ratio < 1.25, `${subject.bytes}, ${undisturbed.bytes}`);
});

test('timed frames near it go either way in turn, and all others as their length says', () => {
  const subject = new Crossover();
  subject.bytes = 4000;
  const ways = (length: number, isTimed: boolean) =>
    Array.from({ length: 4 }, () => {
      const way = subject.isLarge(length, isTimed);
      if (isTimed) subject.note(length, way, 0.02);
      return way;
    });
  for (const near of [2000, 3999, 4000, 7999]) {
    assert.deepEqual(ways(near, true), [false, true, false, true], `${near}`);
    assert.deepEqual(ways(near, false), Array(4).fill(near >= 4000), `${near}`);
  }
  for (const isTimed of [false, true]) {
    assert.deepEqual(ways(1999, isTimed), Array(4).fill(false));
    assert.deepEqual(ways(8000, isTimed), Array(4).fill(true));
  }
});

test('sound stays in WebAssembly, and all does as long as nothing was measured', () => {
  const subject = new Crossover();
  time(subject, 4000, 0.005);
  assert.equal(subject.bytes, Infinity);
  assert.ok(!subject.isLarge(1e6, true) && !subject.isLarge(1e6, false));
  subject.bytes = LEAST;
  subject.note(LEAST, false, 0.02);
  assert.ok(subject.isLarge(LEAST, true), "WebCrypto's turn");
  assert.ok(!subject.isLarge(LEAST - 1, true));
});

/** Has frames of all lengths timed, as if they came at any time between two ticks of the clock. */
function time(
  subject: Crossover,
  frames: number,
  tick: number,
  wasm = WASM,
  webCrypto = WEB_CRYPTO,
): void {
  const random = generator(frames + tick);
  for (let frame = 0; frame < frames; frame++) {
    const length = Math.round(100 * 1000 ** random()); // up to 100,000
    const byWebCrypto = subject.isLarge(length, true);
    const start = random();
    const end = start + cost(byWebCrypto ? webCrypto : wasm, length);
    const ticks = Math.floor(end / tick) - Math.floor(start / tick);
    subject.note(length, byWebCrypto, ticks * tick);
  }
}

/** Numbers from 0 to 1, the same for the same seed: Lehmer's, with the constants of MINSTD. */
function generator(seed: number): () => number {
  let state = 1 + Math.floor(seed * 1000);
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
