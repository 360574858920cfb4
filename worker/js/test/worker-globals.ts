/** What the worker's script needs of a worker, in Node, where none of it may keep a program from ending. */

import { MODULE } from './wasm-module.ts';

const { setTimeout } = globalThis;

Object.assign(globalThis, {
  addEventListener: () => {}, // no policy forbids anything
  removeEventListener: () => {},
  fetch: async () => new Response(MODULE, { headers: { 'Content-Type': 'application/wasm' } }),
  setTimeout: (...args: Parameters<typeof setTimeout>) => setTimeout(...args).unref(),
  MessageChannel: class {
    readonly port1 = { onmessage: (): void => {} };
    readonly port2 = { postMessage: () => void setImmediate(() => this.port1.onmessage()) };
  },
});
