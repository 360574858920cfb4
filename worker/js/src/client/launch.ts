import { FramesealError } from './errors.js';
import { PolicyWatch } from '../policy.js';
import type { FromWorker, ToWorker } from '../protocol.js';

/**
 * Starts a worker, or takes the application's, and has it load its WebAssembly.
 *
 * Where the scripts lie depends on bundler, server and policy. So ours is looked for in two places:
 * beside this module, where most bundlers put it and a strict policy allows it; then among the modules
 * that every bundler takes along, as a text that becomes a blob.
 *
 * @throws FramesealError `worker-failed`, with what stood in the way of each.
 */
export async function launch(given: Worker | URL | string | undefined): Promise<Worker> {
  const failures: string[] = [];
  for (const [place, start] of given === undefined ? OURS : [theirs(given)]) {
    const watch = new PolicyWatch(globalThis);
    let started: Started | undefined;
    try {
      started = await start();
      await load(started);
      return started.worker;
    } catch (error) {
      failures.push(`${place}: ${await watch.explain(error)}`);
      if (started?.worker !== given) started?.worker.terminate();
    } finally {
      watch.stop();
      if (started?.blob) URL.revokeObjectURL(started.blob);
    }
  }
  throw new FramesealError(
    'worker-failed',
    `the worker did not start. ${failures.join('. ')}. See “Bundlers” and “Content Security Policy” ` +
      'in the documentation',
  );
}

interface Started {
  worker: Worker;
  /** Where its WebAssembly is, if it cannot know. */
  wasm?: string;
  /** What to let go of when it has started. */
  blob?: string;
}

/** What to call a place in an error, and how to start the worker from there. */
type Place = [name: string, start: () => Started | Promise<Started>];

const OURS: Place[] = [
  ['worker.js beside the library', beside],
  ['worker.inline.js by a blob', inline],
];

function theirs(given: Worker | URL | string): Place {
  const worker = (): Worker => (given instanceof Worker ? given : new Worker(given, MODULE));
  return ['the worker option', () => ({ worker: worker() })];
}

// The URLs are written out, so that bundlers take the files along.
function beside(): Started {
  const script = new URL('./worker.js', import.meta.url);
  const wasm = new URL('./frameseal_bg.wasm', import.meta.url);
  return { worker: new Worker(trusted(script.href), MODULE), wasm: wasm.href };
}

async function inline(): Promise<Started> {
  const { default: script } = await import('./worker.inline.js');
  const blob = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  return { worker: new Worker(trusted(blob)), blob };
}

const MODULE: WorkerOptions = { type: 'module' };

/** Resolves when the worker has its WebAssembly. */
function load({ worker, wasm }: Started): Promise<void> {
  const listening = new AbortController();
  const { signal } = listening;
  let silence: ReturnType<typeof setTimeout>;
  const answered = new Promise<void>((resolve, reject) => {
    const hear = ({ data }: MessageEvent<FromWorker | null | undefined>): void => {
      if (typeof data !== 'object' || data === null || !('call' in data)) return;
      if ('failure' in data) reject(new Error(data.failure.message));
      else resolve();
    };
    // Where the script itself did not load, the event says nothing.
    const hearError = (event: Event): void =>
      reject(new Error((event as ErrorEvent).message || 'the script did not load'));
    worker.addEventListener('message', hear, { signal });
    worker.addEventListener('error', hearError, { signal });
    const giveUp = (): void => reject(new Error(`no answer within ${PATIENCE_MS / 1000} s`));
    silence = setTimeout(giveUp, PATIENCE_MS);
    const message: ToWorker = { call: 0, load: wasm };
    worker.postMessage(message);
  });
  return answered.finally(() => {
    listening.abort();
    clearTimeout(silence);
  });
}

/** Compiling takes a second on a phone; loading is the rest. */
const PATIENCE_MS = 20_000;

/**
 * Vouches for a script of ours, where the page demands it (Trusted Types). What the application names
 * is the application's to vouch for.
 */
function trusted(url: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  try {
    policy ??= trustedTypes?.createPolicy('frameseal', { createScriptURL: (ours) => ours });
  } catch {
    // The page has a list of policies, without ours. Perhaps it demands nothing, though.
  }
  return policy ? policy.createScriptURL(url) : url;
}

let policy: TrustedTypePolicy | undefined;

/** What there is of Trusted Types in no version of TypeScript's libraries yet. */
interface TrustedTypes {
  createPolicy(name: string, rules: TrustedTypePolicy): TrustedTypePolicy;
}

interface TrustedTypePolicy {
  createScriptURL(url: string): string;
}
