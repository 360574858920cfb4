import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MAX_BYTES, MAX_WAIT_MS, WaitingRoom, type Line } from '../src/worker/waiting.js';

/** A frame, and the key that opens it. */
interface Frame {
  number: number;
  key: number;
  size: number;
}

/** What became of a frame. */
interface Outcome extends Frame {
  at: number;
  fate: 'opened' | 'given up';
}

/** A waiting room with a clock, keys, and lines that remember what became of their frames. */
class World {
  now = 0;
  readonly keys = new Set<number>();
  readonly room = new WaitingRoom<Frame>({
    now: () => this.now,
    wake: (at) => (this.wakeAt = Math.min(this.wakeAt, at)),
    sizeOf: (frame) => frame.size,
  });
  wakeAt = Infinity;
  readonly lines: { line: Line<Frame>; came: Frame[]; done: Outcome[] }[] = [];

  constructor(lines: number) {
    for (let number = 0; number < lines; number++) {
      const done: Outcome[] = [];
      const line = this.room.open((frame, last) => {
        const opens = this.keys.has(frame.key);
        if (!opens && !last) return false;
        done.push({ ...frame, at: this.now, fate: opens ? 'opened' : 'given up' });
        return true;
      });
      this.lines.push({ line, came: [], done });
    }
  }

  come(line: number, key: number, size = 100): void {
    const { line: at, came } = this.lines[line]!;
    const frame = { number: came.length, key, size };
    came.push(frame);
    this.room.take(at, frame);
  }

  bring(key: number): void {
    this.keys.add(key);
    this.room.retry();
  }

  /** Lets time pass; the timer rings when it was asked to. */
  pass(ms: number): void {
    const end = this.now + ms;
    while (this.wakeAt <= end) {
      this.now = this.wakeAt;
      this.wakeAt = Infinity;
      this.room.expire();
    }
    this.now = end;
  }

  /** Sizes of all frames that wait. */
  waiting(): number {
    return this.lines
      .flatMap(({ came, done }) => came.slice(done.length))
      .reduce((sum, { size }) => sum + size, 0);
  }

  fates(line = 0): string[] {
    return this.lines[line]!.done.map(({ fate, at }) => `${fate} ${at}`);
  }
}

test('frames wait for their key, and so do those behind them', () => {
  const world = new World(1);
  world.keys.add(1);
  for (const key of [1, 2, 1]) world.come(0, key);
  assert.deepEqual(world.fates(), ['opened 0']);
  world.pass(500);
  world.bring(2);
  assert.deepEqual(world.fates(), ['opened 0', 'opened 500', 'opened 500']);
});

test('lines do not wait for each other', () => {
  const world = new World(2);
  world.keys.add(1);
  world.come(0, 2);
  world.come(1, 1);
  assert.deepEqual([world.fates(0), world.fates(1)], [[], ['opened 0']]);
});

test('a frame whose key does not come is given up in time, and holds nothing up after', () => {
  const world = new World(1);
  world.keys.add(1);
  world.come(0, 2);
  world.pass(1000);
  world.come(0, 1);
  world.come(0, 3);
  world.pass(5000);
  assert.deepEqual(world.fates(), [
    `given up ${MAX_WAIT_MS}`,
    `opened ${MAX_WAIT_MS}`,
    `given up ${1000 + MAX_WAIT_MS}`,
  ]);
});

test('without room, the frame that came first is given up', () => {
  const world = new World(2);
  world.come(0, 1, MAX_BYTES / 2);
  world.pass(1);
  world.come(1, 1, MAX_BYTES / 2);
  assert.equal(world.waiting(), MAX_BYTES);
  world.come(1, 1, 1);
  assert.deepEqual([world.fates(0), world.fates(1)], [['given up 1'], []]);
});

test('a frame that is larger than the room does not push out those of others', () => {
  const world = new World(2);
  world.come(0, 1);
  world.come(1, 1);
  world.come(1, 1, MAX_BYTES + 1);
  assert.deepEqual([world.fates(0), world.fates(1)], [[], ['given up 0', 'given up 0']]);
});

test('what waits in a line that ends, or when all ends, is dropped', () => {
  const world = new World(2);
  world.come(0, 1);
  world.come(1, 1);
  world.room.close(world.lines[0]!.line);
  world.bring(1);
  assert.deepEqual([world.fates(0), world.fates(1)], [[], ['opened 0']]);

  world.come(1, 2);
  world.room.clear();
  world.bring(2);
  world.pass(10_000);
  assert.deepEqual(world.fates(1), ['opened 0']);
});

test('whatever comes: in order, within bounds, and nothing lost that fits', () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);
  for (let run = 0; run < 200; run++) runAtRandom(seed + run);
});

function runAtRandom(seed: number): void {
  const random = generator(seed);
  const world = new World(3);
  const arrivals: { line: number; at: number; frame: Frame }[] = [];
  const keyTimes = new Map<number, number>();
  const large = random(2) === 0;
  let crowded = false;
  for (let step = 0; step < 300; step++) {
    const line = random(3);
    const key = random(12);
    switch (random(8)) {
      case 0:
        world.bring(key);
        if (!keyTimes.has(key)) keyTimes.set(key, world.now);
        break;
      case 1:
        world.pass(random(700));
        break;
      default: {
        const size = large && random(40) === 0 ? random(MAX_BYTES) : random(2000);
        const before = world.waiting();
        world.come(line, key, size);
        crowded ||= before + size > MAX_BYTES;
        arrivals.push({ line, at: world.now, frame: world.lines[line]!.came.at(-1)! });
      }
    }
    assert.ok(world.waiting() <= MAX_BYTES, `seed ${seed}: ${world.waiting()} bytes wait`);
  }
  world.pass(MAX_WAIT_MS);
  assert.equal(world.waiting(), 0, `seed ${seed}: some wait for ever`);

  for (const [number, { came, done }] of world.lines.entries()) {
    const order = done.map((outcome) => outcome.number);
    assert.deepEqual(order, came.map((frame) => frame.number), `seed ${seed}: out of order`);
    for (const { number: frame, key, at, fate } of done) {
      const arrival = arrivals.find((one) => one.line === number && one.frame.number === frame)!;
      assert.ok(at - arrival.at <= MAX_WAIT_MS, `seed ${seed}: waited for ${at - arrival.at} ms`);
      const inTime = (keyTimes.get(key) ?? Infinity) <= arrival.at + MAX_WAIT_MS - 1;
      if (inTime && !crowded) assert.equal(fate, 'opened', `seed ${seed}: lost for nothing`);
    }
  }
}

/** Numbers below a bound, the same for the same seed: mulberry32. */
function generator(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}
