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
  if (isPipeline(options)) void pump(engine, options, readable, writable, transformer);
});

// A page may post other things to its workers: those are none of ours.
self.addEventListener('message', ({ data }: MessageEvent<ToWorker | null | undefined>) => {
  if (!isObject(data)) return;
  if ('close' in data) {
    engine.close();
  } else if ('load' in data) {
    void engine.load(data);
  } else if ('streams' in data) {
    const { pipeline, readable, writable } = data.streams;
    if (isPipeline(pipeline)) void pump(engine, pipeline, readable, writable);
    engine.acknowledge(data.call);
  } else if ('configure' in data || 'request' in data) {
    void engine.answer(data);
  }
});

/** The values are the session's to check; what is no direction receives, and opens nothing. */
function isPipeline(options: unknown): options is Pipeline {
  return isObject(options) && 'pipeline' in options;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
