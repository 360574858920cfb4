/** Frames through WebAssembly and WebCrypto: the built module, in Node. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Direction } from '../src/protocol.ts';
import { Frames } from '../src/worker/frames.ts';
import { Session, wasm_memory } from '../wasm/frameseal.js';
import { MANUAL_KEYS, loadModule } from './wasm-module.ts';

loadModule();

/** The suite that both ways have. */
const AES_GCM = { cipherSuite: 4, audioCipherSuite: 4 };

const baseKey = crypto.getRandomValues(new Uint8Array(16));

function framesOf(direction: Direction): Frames {
  const session = new Session({ ...MANUAL_KEYS, ...AES_GCM });
  if (direction === 'send') session.ask(['setSendKey', '0', baseKey], 0);
  else session.ask(['addReceiveKey', '0', baseKey, 'alice'], 0);
  session.add_pipeline({ pipeline: 0, direction, kind: 'audio', track: 0 });
  return new Frames(session, wasm_memory());
}

test('frames of all lengths, by either way and several at a time, come out as they were', async () => {
  const [alice, bob] = [framesOf('send'), framesOf('receive')];
  // Some are longer than all before, some by far, and then short ones follow.
  for (const longest of [10, 100, 50, 5000, 200_000, 300, 70_000, 2_000_000, 20]) {
    const originals = Array.from({ length: 40 }, () => payload(1 + random(longest)));
    const sealed = await passAll(alice, originals);
    const opened = await passAll(bob, sealed);
    for (const [at, original] of originals.entries()) {
      const { byteLength } = original;
      assert.ok(Buffer.from(opened[at]!).equals(Buffer.from(original)), `${byteLength} bytes`);
    }
  }
});

test('after a frame that is too long, others pass', () => {
  const [alice, bob] = [framesOf('send'), framesOf('receive')];
  const tooLong = new ArrayBuffer((16 << 20) + 1);
  for (const length of [1000, 500, 2000]) {
    assert.equal(alice.process(0, tooLong, false, 0), 'drop');
    const sealed = alice.process(0, payload(length), false, 0);
    assert.ok(sealed instanceof ArrayBuffer);
    const opened = bob.process(0, sealed, false, 0);
    assert.ok(opened instanceof ArrayBuffer && opened.byteLength === length);
  }
});

/** Begins with up to four at a time; each goes the way that chance has it go. */
async function passAll(frames: Frames, all: ArrayBuffer[]): Promise<ArrayBuffer[]> {
  const passed: ArrayBuffer[] = [];
  for (let at = 0; at < all.length; at += 4) {
    const some = all.slice(at, at + 4).map((original) => {
      const data = original.slice(0);
      return random(2) ? frames.processAway(0, data, 0) : frames.process(0, data, false, 0);
    });
    for (const verdict of await Promise.all(some)) {
      assert.ok(verdict instanceof ArrayBuffer, String(verdict));
      passed.push(verdict);
    }
  }
  return passed;
}

function payload(length: number): ArrayBuffer {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes.buffer;
}

function random(bound: number): number {
  return Math.floor(Math.random() * bound);
}
