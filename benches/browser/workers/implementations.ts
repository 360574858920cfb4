/** What is measured: each puts itself between the two streams of a line. */

import 'frameseal/worker.js';
import 'livekit-client/e2ee-worker';
import type { ScriptTransformOptions } from 'livekit-client';
import type { Pipeline } from '../../../worker/js/src/protocol.ts';
import { LIVEKIT_IDENTITY } from '../pages/livekit-identity.ts';
import type { Implementation, Operation } from './batch.ts';
import type { Frame, MediaKind } from './frame.ts';
import type { Line } from './line.ts';

export const CONNECT: Record<Implementation, Connect> = {
  async nothing({ readable, writable }) {
    const reader = readable.getReader();
    const writer = writable.getWriter();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      void writer.write(value);
    }
  },

  frameseal({ readable, writable }, operation, kind) {
    const options: Pipeline = {
      pipeline: ++lastPipeline,
      direction: operation === 'seal' ? 'send' : 'receive',
      kind,
      track: kind === 'audio' ? 0 : 1,
    };
    dispatchEvent(rtctransform({ readable, writable, options }));
  },

  livekit({ readable, writable }, operation, kind) {
    const options: ScriptTransformOptions = {
      kind: operation === 'seal' ? 'encode' : 'decode',
      participantIdentity: LIVEKIT_IDENTITY,
      trackId: `${operation} ${kind}`,
      hasPacketTrailer: false,
    };
    // Its client knows a received track's codec from the server; of its own it leaves VP8 out.
    if (operation === 'open' && kind === 'video') options.codec = 'vp8';
    livekit(rtctransform({ readable, writable, options }));
  },

  webcrypto({ readable, writable }, operation) {
    const transform = operation === 'seal' ? encrypt : decrypt;
    void readable.pipeThrough(new TransformStream({ transform })).pipeTo(writable);
  },
};

export type Connect = (line: Line, operation: Operation, kind: MediaKind) => void;

/** Above the numbers that a client gives. */
let lastPipeline = 1000;

// LiveKit's handler would take every transform for its own.
const livekit = self.onrtctransform as (event: Event) => void;
self.onrtctransform = null;

/** What the browser tells a worker, with streams of our own; whose frames no encoder makes. */
function rtctransform(parts: object): Event {
  const transformer = { ...parts, sendKeyFrameRequest: async () => {} };
  return Object.assign(new Event('rtctransform'), { transformer });
}

/** `iv || ciphertext || tag`, as a tutorial of WebCrypto would have it. */
async function encrypt(frame: Frame, controller: TransformStreamDefaultController): Promise<void> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_LENGTH));
  const algorithm = { name: 'AES-GCM', iv, additionalData: frameType(frame) };
  const ciphertext = await crypto.subtle.encrypt(algorithm, key, frame.data);
  const sealed = new Uint8Array(IV_LENGTH + ciphertext.byteLength);
  sealed.set(iv);
  sealed.set(new Uint8Array(ciphertext), IV_LENGTH);
  frame.data = sealed.buffer;
  controller.enqueue(frame);
}

async function decrypt(frame: Frame, controller: TransformStreamDefaultController): Promise<void> {
  const iv = new Uint8Array(frame.data, 0, IV_LENGTH);
  const algorithm = { name: 'AES-GCM', iv, additionalData: frameType(frame) };
  try {
    const ciphertext = new Uint8Array(frame.data, IV_LENGTH);
    frame.data = await crypto.subtle.decrypt(algorithm, key, ciphertext);
  } catch {
    return; // a throw would end the track
  }
  controller.enqueue(frame);
}

/** So that nobody makes a delta frame of a key frame. */
function frameType(frame: Frame): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode('type' in frame ? String(frame.type) : 'audio');
}

const IV_LENGTH = 12;

let key: CryptoKey;

/** The others get theirs from their clients. */
export async function setWebCryptoKey(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  key = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
}
