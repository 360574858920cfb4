/**
 * What a frame costs in the worker of this checkout and of another one, in turns, in Node: medians and
 * tenth percentiles, in µs.
 *
 *     cargo xtask package && (cd ../other && cargo xtask package)
 *     node benches/beside.mjs ../other
 *
 * Engines are bundled from the sources, because the packed worker has no door for a bench.
 */

import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { build } from 'esbuild';

const TRACKS = [
  { name: 'sound, 120 bytes', kind: 'audio', codec: 'audio/opus', frameKind: 0, bytes: 120 },
  { name: 'picture, 1200 bytes', kind: 'video', codec: 'video/VP8', frameKind: 1, bytes: 1200 },
];
const [ROUNDS, WARM_UP, FRAMES, BATCH] = [60, 12, 1000, 20];

const other = process.argv[2];
if (!other) throw new Error('name the other checkout: node benches/beside.mjs ../other');
// The worker waits for its next turn in tasks and timers, which would come in between.
globalThis.setTimeout = () => 0;

const folder = await mkdtemp(join(tmpdir(), 'beside-'));
const subjects = [];
for (const [name, checkout] of Object.entries({ other, this: '.' })) {
  subjects.push(await subject(name, resolve(checkout)));
}
await rm(folder, { recursive: true });

const times = new Map();
for (let number = 0; number < WARM_UP + ROUNDS; number++) {
  for (const each of number % 2 ? subjects.toReversed() : subjects) {
    round(each, number >= WARM_UP);
    await new Promise(setImmediate);
  }
}
print();
process.exit();

/** Two engines of a checkout, of which the one has the other's key. */
async function subject(name, checkout) {
  const package_ = join(checkout, 'worker/js');
  const bundle = join(folder, `${name}.mjs`);
  const define = { FinalizationRegistry: 'undefined' }; // it would run in the middle of a batch
  const entryPoints = [join(package_, 'src/worker/engine.ts')];
  await build({ entryPoints, outfile: bundle, bundle: true, minify: true, format: 'esm', define });
  const wasm = readFileSync(join(package_, 'dist/frameseal_bg.wasm'));
  globalThis.fetch = async () => ({ ok: true, headers: new Headers(), arrayBuffer: async () => wasm });
  const { Engine } = await import(bundle);

  const [alice, bob] = [await engine(Engine), await engine(Engine)];
  TRACKS.forEach(({ kind, codec }, pipeline) => {
    const options = { pipeline, kind, track: pipeline + 1, codec };
    alice.add({ ...options, direction: 'send' });
    bob.add({ ...options, direction: 'receive' });
  });
  const key = crypto.getRandomValues(new Uint8Array(16));
  const keyId = 'load' in alice ? '0' : 0n; // earlier checkouts load by themselves
  await bob.answer({ call: 2, request: ['addReceiveKey', keyId, key.slice(), 'alice'] });
  await alice.answer({ call: 3, request: ['setSendKey', keyId, key.slice()] });
  return { name, alice, bob };
}

async function engine(Engine) {
  const failures = [];
  const made = new Engine((message) => 'failure' in message && failures.push(message.failure));
  const configure = { keys: 'manual', profile: 'frameseal/1', cipherSuite: 4, audioCipherSuite: 4 };
  await made.load?.({ call: 0, load: 'frameseal_bg.wasm' });
  await made.answer({ call: 1, configure });
  if (failures.length > 0) throw new Error(JSON.stringify(failures));
  return made;
}

function round({ name, alice, bob }, counts) {
  TRACKS.forEach((track, pipeline) => {
    const frame = new Uint8Array(track.bytes).fill(7);
    frame[0] = 0x11; // a delta frame of VP8
    const frames = Array.from({ length: FRAMES }, () => frame.buffer.slice(0)); // they may be taken
    for (const [operation, by] of Object.entries({ seal: alice, open: bob })) {
      const took = inBatches(by, pipeline, track.frameKind, frames);
      if (!frames.every((made) => made instanceof ArrayBuffer)) throw new Error('a frame is lost');
      if (counts) of(track, operation, name).push(...took);
    }
  });
}

/** Puts what each frame becomes in its place; returns how long one took, batch by batch. */
function inBatches(engine, pipeline, kind, frames) {
  const took = [];
  const transform =
    engine.transform.length === 4 // until then, the kind was told
      ? (frame) => engine.transform(pipeline, kind, frame, false)
      : (frame) => engine.transform(pipeline, frame, false);
  for (let at = 0; at < frames.length; at += BATCH) {
    const start = performance.now();
    for (let next = at; next < at + BATCH; next++) {
      engine.see?.(pipeline); // until November 2026, frames were counted by a call of their own
      frames[next] = transform(frames[next]);
    }
    took.push(((performance.now() - start) * 1000) / BATCH);
  }
  return took;
}

function of(track, operation, name) {
  const key = `${operation}, ${track.name}, ${name}`;
  if (!times.has(key)) times.set(key, []);
  return times.get(key);
}

function print() {
  console.log('| frame | other p10, p50 | this p10, p50 | p10, this / other |');
  console.log('|---|---:|---:|---:|');
  for (const track of TRACKS) {
    for (const operation of ['seal', 'open']) {
      const [other, own] = ['other', 'this'].map((name) => {
        const sorted = of(track, operation, name).sort((a, b) => a - b);
        return [0.1, 0.5].map((share) => sorted[Math.floor(sorted.length * share)]);
      });
      const cells = [other, own].map((pair) => pair.map((time) => time.toFixed(2)).join(', '));
      const ratio = (own[0] / other[0]).toFixed(3);
      console.log(`| ${operation}, ${track.name} | ${cells.join(' | ')} | ${ratio} |`);
    }
  }
}
