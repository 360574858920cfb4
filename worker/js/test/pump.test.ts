/** Frames on their way through the worker: its loop, its engine and the built module, in Node. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import './worker-globals.ts';
import type { FromWorker, MediaKind, Request } from '../src/protocol.ts';
import { Engine } from '../src/worker/engine.ts';
import { pump, type EncodedFrame } from '../src/worker/pump.ts';
import { MANUAL_KEYS, OVERHEAD, Sealer } from './wasm-module.ts';

/** As session/src/waiting.rs has it. */
const MAX_BYTES = 2 << 20;

let calls = 0;
const said: FromWorker[] = [];
const engine = new Engine((message) => said.push(message));
await engine.load({ call: calls++, load: undefined });
await engine.answer({ call: calls++, configure: MANUAL_KEYS });

// Wipes the memory of all sessions, so it comes last.
after(() => engine.close());

async function request(...request: Request): Promise<void> {
  const call = calls++;
  await engine.answer({ call, request });
  const answer = said.find((message) => 'call' in message && message.call === call);
  assert.ok(answer && !('failure' in answer), JSON.stringify(answer));
}

/** A receiver's frames, which come when a test says so. */
class Receiver {
  static #pipelines = 0;
  readonly pipeline = Receiver.#pipelines++;
  /** Lengths of what came out. */
  readonly passed: number[] = [];
  readonly ended: Promise<void>;
  #controller: ReadableStreamDefaultController<EncodedFrame> | undefined;

  /**
   * @param from the member who is expected.
   * @param breaksAfter so many frames, the browser takes no more.
   */
  constructor(kind: MediaKind, from?: string, breaksAfter = Infinity) {
    const readable = new ReadableStream<EncodedFrame>({
      start: (controller) => void (this.#controller = controller),
    });
    const writable = new WritableStream<EncodedFrame>({
      write: ({ data }) => {
        if (this.passed.length === breaksAfter) throw new Error('broken');
        this.passed.push(data.byteLength);
      },
    });
    const codec = kind === 'audio' ? 'audio/opus' : 'video/VP9';
    const { pipeline } = this;
    const options = { pipeline, direction: 'receive', kind, track: 0, codec, from } as const;
    this.ended = pump(engine, options, readable, writable);
  }

  /** Resolves when nothing more happens by itself. */
  async come(...frames: (ArrayBuffer | EncodedFrame)[]): Promise<void> {
    for (const frame of frames) {
      this.#controller!.enqueue(frame instanceof ArrayBuffer ? frameOf(frame) : frame);
    }
    await pause(20);
  }

  end(): void {
    this.#controller!.close();
  }
}

function frameOf(data: ArrayBuffer): EncodedFrame {
  return { data, type: 'delta', getMetadata: () => ({}) };
}

/** Lengths of frames tell them apart. */
const [FIRST, SECOND, THIRD] = [100, 200, 300];

let keys = 0;
function sealer(kind: MediaKind): { sealer: Sealer; bring(member?: string): Promise<void> } {
  const sealer = new Sealer(keys++, kind);
  const bring = (member = 'somebody') =>
    request('addReceiveKey', sealer.keyId, sealer.baseKey, member);
  return { sealer, bring };
}

test('frames come out in their order when their key comes', async () => {
  const receiver = new Receiver('video');
  const late = sealer('video');
  const known = sealer('video');
  await known.bring();
  await receiver.come(late.sealer.seal(FIRST), known.sealer.seal(SECOND));
  assert.deepEqual(receiver.passed, []);
  await late.bring();
  await pause(20);
  assert.deepEqual(receiver.passed, [FIRST - OVERHEAD.video, SECOND - OVERHEAD.video]);
  await receiver.come(late.sealer.seal(THIRD));
  assert.equal(receiver.passed.at(-1), THIRD - OVERHEAD.video);
});

test('what is given up as it comes holds up nothing', async () => {
  const receiver = new Receiver('video');
  const known = sealer('video');
  await known.bring();
  const huge = sealer('video').sealer.seal(MAX_BYTES + 1);
  await receiver.come(huge, known.sealer.seal(FIRST));
  assert.deepEqual(receiver.passed, [FIRST - OVERHEAD.video]);
});

test('what another member sends than the one who is expected holds up nothing', async () => {
  const receiver = new Receiver('video', 'alice');
  const [alice, carol] = [sealer('video'), sealer('video')];
  await alice.bring('alice');
  await carol.bring('carol');
  await receiver.come(carol.sealer.seal(FIRST), alice.sealer.seal(SECOND));
  assert.deepEqual(receiver.passed, [SECOND - OVERHEAD.video]);
});

test('a key that does not come holds up frames for two seconds', async () => {
  const receiver = new Receiver('video');
  const known = sealer('video');
  await known.bring();
  await receiver.come(sealer('video').sealer.seal(FIRST), known.sealer.seal(SECOND));
  await pause(1800);
  assert.deepEqual(receiver.passed, []);
  await pause(400);
  assert.deepEqual(receiver.passed, [SECOND - OVERHEAD.video]);
});

test('frames that the browser has taken back are left out', async () => {
  const receiver = new Receiver('audio');
  const { sealer: alice, bring } = sealer('audio');
  const gone = (read: boolean): EncodedFrame => {
    const data = alice.seal(SECOND);
    const closed = (): never => {
      throw new DOMException('', 'InvalidStateError');
    };
    return Object.defineProperty({ getMetadata: closed } as unknown as EncodedFrame, 'data', {
      get: read ? () => data : closed,
      set: closed,
    });
  };
  await receiver.come(gone(true), gone(false), alice.seal(FIRST));
  await bring();
  await receiver.come(gone(true), gone(false), alice.seal(THIRD));
  assert.deepEqual(receiver.passed, [FIRST - OVERHEAD.audio, THIRD - OVERHEAD.audio]);
});

test('a stream that breaks leaves no promise that nobody hears', async () => {
  const receiver = new Receiver('audio', undefined, 2);
  const { sealer: alice, bring } = sealer('audio');
  await bring();
  const frames = () => Array.from({ length: 40 }, () => alice.seal(FIRST));
  await receiver.come(...frames()); // some are still on their way when it breaks
  await receiver.come(...frames());
  assert.equal(receiver.passed.length, 2);
});

test('a pipeline ends with its stream, and what waits with it', async () => {
  const receiver = new Receiver('video');
  const { sealer: alice, bring } = sealer('video');
  await receiver.come(alice.seal(FIRST));
  receiver.end();
  await receiver.ended;
  await bring();
  await pause(20);
  assert.deepEqual(receiver.passed, []);
});

test('after the end, frames are dropped', async () => {
  const receiver = new Receiver('video');
  const { sealer: alice, bring } = sealer('video');
  await bring();
  await receiver.come(alice.seal(FIRST));
  const after = [alice.seal(SECOND), sealer('video').sealer.seal(THIRD)];
  engine.close();
  await receiver.come(...after);
  assert.deepEqual(receiver.passed, [FIRST - OVERHEAD.video]);
  assert.ok(said.every((message) => !('fatal' in message)));
});
