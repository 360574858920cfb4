/** Has frames sealed in one worker and opened in another: see `workers/costs.ts`. */

import { Frameseal, type FramesealOptions } from 'frameseal';
import { ask } from '../../../e2e/pages/ask.ts';
import type { Answer, Batch, Flow, Implementation, Passed, Question } from '../workers/batch.ts';
import { payload } from '../workers/frame.ts';
import { startLivekit } from './livekit.ts';

/** Of whom frames come. */
const ALICES_KEY_ID = 500;

let alice: BenchWorker;
/** Has another key under the same ID. */
let mallory: BenchWorker;
const receivers: BenchWorker[] = [];

/** Starts one that seals, one that must not, and receivers that hold so many keys each. */
export async function open(keys: readonly number[]): Promise<void> {
  const baseKey = randomKey();
  alice = await BenchWorker.start(baseKey, sendsWith(baseKey));
  const another = randomKey();
  mallory = await BenchWorker.start(another, sendsWith(another));
  for (const held of keys) {
    receivers.push(await BenchWorker.start(baseKey, receivesWith(baseKey, held)));
  }
}

/** Seals frames and opens them. Compares what comes out. */
export async function measure({ implementation, bytes, frames, flow, receiver }: Plan): Promise<Microseconds> {
  const original = Array.from({ length: frames }, () => payload(bytes));
  const batch = { implementation, bytes, flow, expected: frames };
  const sealed = await alice.pass({ ...batch, operation: 'seal', data: original });
  const opens = { ...batch, operation: 'open', data: sealed.data } as const;
  const opened = await receivers[receiver]!.pass(opens);
  if (!opened.data.every((data, index) => areEqual(data, original[index]!))) {
    throw new Error(`${implementation}, ${bytes} bytes: other bytes came out`);
  }
  return { seal: (sealed.ms * 1000) / frames, open: (opened.ms * 1000) / frames };
}

/** From how many bytes on Frameseal gives frames to WebCrypto: where it seals, and where it opens. */
export async function crossovers(): Promise<(number | undefined)[]> {
  const stats = [alice, ...receivers].map(({ frameseal }) => frameseal.stats());
  return (await Promise.all(stats)).map(({ crossoverBytes }) => crossoverBytes);
}

/**
 * Checks that an implementation hides a frame, opens it again, and opens none of another key's.
 *
 * Mallory's frame comes first and Alice's comes out: so the other did not.
 */
export async function check(implementation: Implementation, bytes: number): Promise<void> {
  const common = { implementation, bytes, flow: 'queued', expected: 1 } as const;
  const [original, another] = [payload(bytes), payload(bytes)];
  const seals = { ...common, operation: 'seal' } as const;
  const sealed = await alice.pass({ ...seals, data: [original] });
  const forged = await mallory.pass({ ...seals, data: [another] });
  for (const receiver of receivers) {
    const data = [...forged.data, ...sealed.data];
    const opened = await receiver.pass({ ...common, operation: 'open', data });
    if (!areEqual(opened.data[0]!, original)) {
      throw new Error(`${implementation}, ${bytes} bytes: does not come out as it was`);
    }
  }
  if (includes(sealed.data[0]!, original)) {
    throw new Error(`${implementation}, ${bytes} bytes: the sealed frame is readable`);
  }
}

/** Frames to be sealed and opened. */
export interface Plan {
  implementation: Implementation;
  /** Of each frame. */
  bytes: number;
  frames: number;
  flow: Flow;
  /** Which one, as `open` was given them. */
  receiver: number;
}

/** Of one frame, on average over a batch. */
export interface Microseconds {
  seal: number;
  open: number;
}

class BenchWorker {
  readonly frameseal: Frameseal;
  readonly #name: string;

  private constructor(frameseal: Frameseal, name: string) {
    this.frameseal = frameseal;
    this.#name = name;
  }

  /** Starts one in which LiveKit's worker and WebCrypto have this key. */
  static async start(key: Uint8Array<ArrayBuffer>, setKeys: SetKeys): Promise<BenchWorker> {
    const name = crypto.randomUUID();
    const worker = new Worker('../workers/costs.js', { type: 'module', name });
    const options = { room: 'bench', member: name, keys: 'manual', worker } as const;
    const frameseal = await begin(options);
    await setKeys(frameseal);
    await startLivekit(worker, key.buffer);
    const started = new BenchWorker(frameseal, name);
    await started.#ask({ webCryptoKey: key.slice(0, AES_128_KEY_LENGTH) });
    return started;
  }

  async pass(batch: Batch): Promise<Passed> {
    return (await this.#ask(batch)) as Passed;
  }

  async #ask(question: Question): Promise<Passed | void> {
    const answer = await ask<Answer>(this.#name, 'costs', question);
    if ('error' in answer) throw new Error(answer.error);
    return answer.value;
  }
}

/** The package of an earlier checkout began a session otherwise. */
async function begin(options: FramesealOptions): Promise<Frameseal> {
  const { create } = Frameseal as { create?: (options: FramesealOptions) => Promise<Frameseal> };
  return create ? create.call(Frameseal, options) : new Frameseal(options).ready;
}

type SetKeys = (frameseal: Frameseal) => Promise<void>;

function sendsWith(baseKey: Uint8Array): SetKeys {
  return (frameseal) => frameseal.setSendKey({ keyId: ALICES_KEY_ID, baseKey });
}

/** Alice's key comes last: where all are looked at, hers is not found early. */
function receivesWith(baseKey: Uint8Array, keys: number): SetKeys {
  return async (frameseal) => {
    for (let other = 1; other < keys; other++) {
      const keyId = ALICES_KEY_ID + other;
      await frameseal.addReceiveKey({ keyId, baseKey: randomKey(), member: `member ${other}` });
    }
    await frameseal.addReceiveKey({ keyId: ALICES_KEY_ID, baseKey, member: 'alice' });
  };
}

function randomKey(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(BASE_KEY_LENGTH));
}

const BASE_KEY_LENGTH = 32;
/** The length that the others derive. */
const AES_128_KEY_LENGTH = 16;

function areEqual(one: ArrayBuffer, other: ArrayBuffer): boolean {
  return asText(one) === asText(other);
}

/** Whether the last bytes of a frame are in another; its first may be an envelope's. */
function includes(frame: ArrayBuffer, other: ArrayBuffer): boolean {
  return asText(frame).includes(asText(other.slice(-PIECE)));
}

const PIECE = 16;

function asText(data: ArrayBuffer): string {
  return new TextDecoder('latin1').decode(data);
}
