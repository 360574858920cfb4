/**
 * The worker's entry: hears transforms and messages from the first moment on.
 *
 * Handlers are registered before anything is awaited, because an `rtctransform` event that nobody
 * hears is a stream that never flows, and nobody is told.
 */

import { Engine } from './engine.js';
import { pump } from './pump.js';
import type { Pipeline, ToWorker } from '../protocol.js';

declare const self: DedicatedWorkerGlobalScope;

const engine = new Engine((message) => self.postMessage(message));

self.addEventListener('rtctransform', ({ transformer }) => {
  const { readable, writable, options } = transformer;
  void pump(engine, options as Pipeline, readable, writable, transformer);
});

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if ('close' in data) {
    engine.close();
  } else if ('streams' in data) {
    const { pipeline, readable, writable } = data.streams;
    void pump(engine, pipeline, readable, writable);
    engine.acknowledge(data.call);
  } else {
    void engine.answer(data);
  }
});
