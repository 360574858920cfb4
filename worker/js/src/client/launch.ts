import { FramesealError } from './errors.js';
import { underPolicy } from '../policy.js';
import type { Failure, ToWorker } from '../protocol.js';

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
    let started: Started | undefined;
    try {
      await underPolicy(async () => load((started = await start())));
      return started!.worker;
    } catch (error) {
      failures.push(`${place}: ${error instanceof Error ? error.message : error}`);
      if (started?.worker !== given) started?.worker.terminate();
    } finally {
      if (started?.blob) URL.revokeObjectURL(started.blob);
    }
  }
  throw new FramesealError(
    'worker-failed',
    `the worker did not start. ${failures.join('. ')}. See “Bundlers” in the documentation`,
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
  ['Beside the library', beside],
  ['As a blob', inline],
];

function theirs(given: Worker | URL | string): Place {
  const worker = (): Worker => (given instanceof Worker ? given : new Worker(given, MODULE));
  return ['By the worker option', () => ({ worker: worker() })];
}

// The URLs are written out, so that bundlers take the files along.
function beside(): Started {
  const script = new URL('./frameseal.worker.js', import.meta.url);
  const wasm = new URL('./frameseal_bg.wasm', import.meta.url);
  return { worker: new Worker(trusted(script.href), MODULE), wasm: wasm.href };
}

async function inline(): Promise<Started> {
  const { default: script } = await import('./frameseal.worker.inline.js');
  const blob = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  return { worker: new Worker(trusted(blob)), blob };
}

const MODULE: WorkerOptions = { type: 'module' };

/** Resolves when the worker has its WebAssembly. */
function load({ worker, wasm }: Started): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (message: string): void => reject(new Error(message));
    const signal = AbortSignal.timeout(PATIENCE_MS);
    signal.addEventListener('abort', () => fail(`no answer within ${PATIENCE_MS / 1000} s`));
    const hear = ({ data }: MessageEvent<Partial<Answered> | null | undefined>): void => {
      if (data?.call !== LOAD) return; // what another script says is none of ours
      if (data.failure) fail(data.failure.message);
      else resolve();
    };
    worker.addEventListener('message', hear, { signal });
    // Where the script itself did not load, the event says nothing.
    const hearError = (event: ErrorEvent): void => fail(event.message || 'the script did not load');
    worker.addEventListener('error', hearError, { signal });
    const message: ToWorker = { call: LOAD, load: wasm };
    worker.postMessage(message);
  });
}

/** How a call is answered. */
type Answered = { call: number; failure: Failure };

/** Calls of the session come after it. */
const LOAD = 0;

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
