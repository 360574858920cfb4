/** The built WebAssembly module, in Node. */

import { readFileSync } from 'node:fs';
import { Frames } from '../src/worker/frames.ts';
import type { ManualKeys, MediaKind } from '../src/protocol.ts';
import { initSync, Session, wasm_memory } from '../wasm/frameseal.js';

export const MODULE = readFileSync(new URL('../wasm/frameseal_bg.wasm', import.meta.url));

export function loadModule(): void {
  initSync({ module: MODULE });
}

/** Options of a session. The suite is one that WebCrypto has no part in. */
export const MANUAL_KEYS: ManualKeys = {
  keys: 'manual',
  profile: 'frameseal/1',
  cipherSuite: 1,
  audioCipherSuite: 1,
};

/** Somebody with a key of its own, who seals pieces of sound, or pictures of VP9. */
export class Sealer {
  readonly keyId: string;
  readonly #baseKey = crypto.getRandomValues(new Uint8Array(16));
  readonly #frames: Frames;
  readonly #kind: MediaKind;

  constructor(keyId: number, kind: MediaKind) {
    const session = new Session(MANUAL_KEYS);
    this.keyId = String(keyId);
    this.#kind = kind;
    this.#frames = new Frames(session, wasm_memory());
    session.ask(['setSendKey', this.keyId, this.baseKey], 0);
    session.add_pipeline({
      pipeline: 0,
      direction: 'send',
      kind,
      track: 0,
      codec: kind === 'audio' ? 'audio/opus' : 'video/VP9',
    });
  }

  /** A copy, for the one who opens. */
  get baseKey(): Uint8Array {
    return this.#baseKey.slice();
  }

  /** Returns a sealed frame, of that many bytes if it is one of the first eight. */
  seal(length: number): ArrayBuffer {
    const frame = new Uint8Array(length - OVERHEAD[this.#kind]);
    frame[0] = DELTA;
    const sealed = this.#frames.process(0, frame.buffer, false, 0);
    if (!(sealed instanceof ArrayBuffer)) throw new Error('not sealed');
    return sealed;
  }
}

/** Two bytes of header, while key IDs and counters are small, and ten of tag; VP9's envelope. */
export const OVERHEAD = { audio: 12, video: 12 + 2 };

/** What a delta frame of VP9 begins with: another picture than the first. */
const DELTA = 0x86;
