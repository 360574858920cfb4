/** WebAssembly memory in a long call: the built module, in Node. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Frames } from '../src/worker/frames.ts';
import { initSync, Session, wasm_memory } from '../wasm/frameseal.js';

const FRAMES = 1_000_000;

/** By then, buffers have grown to what frames need. */
const WARM = 10_000;

/** Of each key that it had, a session keeps a fingerprint: of few, nobody notices. */
const FRAMES_PER_KEY = 50_000;

const AUDIO = 0;
const DELTA = 1;
const KEY = 2;

test(`it is as large after ${FRAMES} frames as after ${WARM}`, () => {
  initSync({ module: readFileSync(new URL('../wasm/frameseal_bg.wasm', import.meta.url)) });
  const memory = wasm_memory();
  const [alice, bob] = [new Session('frameseal/1', 4), new Session('frameseal/1', 4)];
  const [sealer, opener] = [new Frames(alice, memory), new Frames(bob, memory)];
  for (const [track, isVideo] of [false, true].entries()) {
    const codec = isVideo ? 'video/VP8' : 'audio/opus';
    alice.add_pipeline(track, true, isVideo, track + 1, codec, undefined);
    bob.add_pipeline(track, false, isVideo, track + 1, codec, undefined);
  }
  const audio = [AUDIO, payload(120)] as const;
  const delta = [DELTA, payload(1200, 0x11)] as const;
  const key = [KEY, payload(30_000, 0x10)] as const;

  let atFirst = 0;
  for (let frame = 0; frame < FRAMES; frame += 1) {
    if (frame % FRAMES_PER_KEY === 0) {
      changeKey(alice, bob, BigInt(frame / FRAMES_PER_KEY));
      while (alice.poll_event() ?? bob.poll_event()); // what nobody hears is kept
    }
    const [kind, data] = frame % 5000 === 0 ? key : frame % 50 === 0 ? delta : audio;
    const pipeline = kind === AUDIO ? 0 : 1;
    const sealed = sealer.process(pipeline, kind, data, frame, true);
    assert.ok(sealed instanceof ArrayBuffer, `frame ${frame} is not sealed`);
    const opened = opener.process(pipeline, kind, sealed, frame, true);
    assert.ok(opened instanceof ArrayBuffer, `frame ${frame} is not opened`);
    assert.equal(opened.byteLength, data.byteLength);
    if (frame === WARM) atFirst = memory.buffer.byteLength;
  }
  assert.equal(memory.buffer.byteLength, atFirst);
});

function payload(length: number, first = 0): ArrayBuffer {
  const bytes = Uint8Array.from({ length }, (_, at) => (at * 7) & 0xff);
  bytes.set([first, 0, 0, 0x9d, 0x01, 0x2a]);
  return bytes.buffer;
}

/** Both get the next key; the one before the last goes. */
function changeKey(alice: Session, bob: Session, keyId: bigint): void {
  const baseKey = crypto.getRandomValues(new Uint8Array(16));
  alice.setSendKey(keyId, baseKey);
  bob.addReceiveKey(keyId, baseKey, 'alice', 0);
  if (keyId >= 2n) bob.removeReceiveKey(keyId - 2n);
}
