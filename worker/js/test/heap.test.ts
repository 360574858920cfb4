/** WebAssembly memory in a long call: the built module, in Node. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Frames } from '../src/worker/frames.ts';
import { Session, wasm_memory } from '../wasm/frameseal.js';
import { MANUAL_KEYS, loadModule } from './wasm-module.ts';

const FRAMES = 1_000_000;

/** By then, buffers have grown to what frames need. */
const WARM = 10_000;

/** Of each key that it had, a session keeps a fingerprint: of few, nobody notices. */
const FRAMES_PER_KEY = 50_000;

test(`it is as large after ${FRAMES} frames as after ${WARM}`, () => {
  loadModule();
  const memory = wasm_memory();
  const [alice, bob] = [new Session(MANUAL_KEYS), new Session(MANUAL_KEYS)];
  const [sealer, opener] = [new Frames(alice, memory), new Frames(bob, memory)];
  for (const [track, codec] of ['audio/opus', 'video/VP8'].entries()) {
    const kind = codec.startsWith('audio') ? 'audio' : 'video';
    const common = { pipeline: track, kind, track, codec } as const;
    alice.add_pipeline({ ...common, direction: 'send' });
    bob.add_pipeline({ ...common, direction: 'receive' });
  }
  const audio = [0, payload(120)] as const;
  const delta = [1, payload(1200, 0x11)] as const;
  const key = [1, payload(30_000, 0x10)] as const;

  let atFirst = 0;
  for (let frame = 0; frame < FRAMES; frame += 1) {
    if (frame % FRAMES_PER_KEY === 0) {
      changeKey(alice, bob, BigInt(frame / FRAMES_PER_KEY));
      while (alice.poll_event() ?? bob.poll_event()); // what nobody hears is kept
    }
    const [pipeline, data] = frame % 5000 === 0 ? key : frame % 50 === 0 ? delta : audio;
    const sealed = sealer.process(pipeline, data.slice(0), false, frame);
    assert.ok(sealed instanceof ArrayBuffer, `frame ${frame} is not sealed`);
    const opened = opener.process(pipeline, sealed, false, frame);
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
  alice.ask(['setSendKey', String(keyId), baseKey], 0);
  bob.ask(['addReceiveKey', String(keyId), baseKey, 'alice'], 0);
  if (keyId >= 2n) bob.ask(['removeReceiveKey', String(keyId - 2n)], 0);
}
