//! Stands where a media server would: sees every sealed frame on its way to Bob, and has no key.
//!
//! The package's worker script comes later, so it finds streams that have been tapped already.

import type { Intercepted, Order } from '../intercepted.ts';

declare const self: DedicatedWorkerGlobalScope;

type EncodedFrame = RTCEncodedVideoFrame | RTCEncodedAudioFrame;

let order: Order = { flipBits: false };

// Not the worker's own port: what is said there is for the package.
const page = new BroadcastChannel(self.name);
page.onmessage = ({ data }: MessageEvent<Order>) => {
  order = data;
};

self.addEventListener('rtctransform', ({ transformer }) => {
  if (transformer.options.direction !== 'receive') return;
  // An object's own property comes before that of its class.
  Object.defineProperty(transformer, 'readable', { value: tap(transformer.readable) });
});

// Streams of `createEncodedStreams()` come in a message instead.
self.addEventListener('message', ({ data }) => {
  const streams = data?.streams;
  if (streams?.pipeline.direction === 'receive') streams.readable = tap(streams.readable);
});

function tap(frames: ReadableStream<EncodedFrame>): ReadableStream<EncodedFrame> {
  return frames.pipeThrough(
    new TransformStream({
      transform(frame, controller) {
        const flipped = order.flipBits ? flipBit(frame) : undefined;
        report(frame, flipped);
        controller.enqueue(frame);
      },
    }),
  );
}

/** Changes the lowest bit of the byte in the middle, which is ciphertext; returns its place. */
function flipBit(frame: EncodedFrame): number | undefined {
  const bytes = new Uint8Array(frame.data);
  const middle = bytes.length >> 1;
  const byte = bytes[middle];
  if (byte === undefined) return undefined;
  bytes[middle] = byte ^ 1;
  frame.data = bytes.buffer;
  return middle;
}

/** Shows the page a picture's frame. */
function report(frame: EncodedFrame, flipped: number | undefined): void {
  if (!('type' in frame) || frame.data.byteLength === 0) return;
  const intercepted: Intercepted = {
    key: frame.type === 'key',
    mimeType: frame.getMetadata().mimeType,
    timestamp: frame.timestamp,
    data: new Uint8Array(frame.data),
    flipped,
  };
  page.postMessage(intercepted);
}
