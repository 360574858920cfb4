/** What is done to the WebAssembly module of the script that is imported next. */

import { answer } from './answer.ts';
import type { Slice } from './messages.ts';
import names from '../../worker/js/wasm/names.json';

/**
 * Lets the module trap when the page asks.
 *
 * A module that does nothing but trap takes the place of every function of the other, so what is
 * thrown is what a bug in Rust would throw, from whatever call comes next.
 */
export function trapOnDemand(): void {
  let trapped = false;
  answer('trap', () => (trapped = true));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(TRAP));
  const trap = exports['trap'] as () => never;
  wrapExports((_, exported) => {
    return (...args) => (trapped ? trap() : exported(...args));
  });
}

/**
 * `(module (func (export "trap") unreachable))`: magic and version, then a section each for the
 * type, the function, its export and its code.
 */
const TRAP = Uint8Array.from(
  [
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    [0x01, 0x04, 0x01, 0x60, 0x00, 0x00],
    [0x03, 0x02, 0x01, 0x00],
    [0x07, 0x08, 0x01, 0x04, 0x74, 0x72, 0x61, 0x70, 0x00, 0x00],
    [0x0a, 0x05, 0x01, 0x03, 0x00, 0x00, 0x0b],
  ].flat(),
);

/**
 * Watches how the work of the key manager is cut: every step is a call of `Session.work`, and the
 * steps between two tasks of the worker are a slice.
 */
export function cutSlices(): void {
  wrapExports((name, exported) => {
    return name === names.session_work ? (...args) => step(() => exported(...args)) : exported;
  });
  answer('slices', () => slices.splice(0));
  answer('slow-down', slowDown);
}

const slices: Slice[] = [];
let current: { slice: Slice; start: number } | undefined;
/** What steps shall take longer, and what they took longer so far. */
let slow = 0;
let late = 0;

/** From now on every step takes half of what a slice may take, by the worker's clock, on any machine. */
function slowDown(): void {
  const { now } = performance;
  performance.now = () => Reflect.apply(now, performance, []) + late;
  slow = 1;
}

function step<T>(take: () => T): T {
  if (!current) {
    current = { slice: { steps: 0, ms: 0 }, start: performance.now() };
    slices.push(current.slice);
    // Microtasks end with the task.
    queueMicrotask(() => (current = undefined));
  }
  const { slice, start } = current;
  try {
    return take();
  } finally {
    late += slow;
    slice.steps++;
    slice.ms = performance.now() - start;
  }
}

type Exported = (...args: unknown[]) => unknown;

/** Has `wrap` put other functions in the place of those that modules export from now on. */
function wrapExports(wrap: (name: string, exported: Exported) => Exported): void {
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(Instance, [module, imports]: [WebAssembly.Module, WebAssembly.Imports?]) {
      const { exports } = new Instance(module, imports);
      const wrapped = Object.entries(exports).map(([name, value]) => {
        return [name, typeof value === 'function' ? wrap(name, value as Exported) : value];
      });
      return { exports: Object.fromEntries(wrapped) };
    },
  });
}
