/** The talk with a worker, which is a mock. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Channel } from '../src/client/channel.js';
import { FramesealError } from '../src/client/errors.js';
import type { WorkerEvent } from '../src/protocol.js';
import { FakeWorker, settled } from './fake-worker.js';

function open(): { channel: Channel; worker: FakeWorker; told: WorkerEvent[] } {
  const worker = new FakeWorker();
  const told: WorkerEvent[] = [];
  const channel = new Channel({ event: (event) => told.push(event), failed: () => {} });
  channel.open(worker as unknown as Worker, { isOurs: true });
  return { channel, worker, told };
}

const KEYCHANGE: WorkerEvent = { type: 'keychange', generation: 1, step: 0 };
const SOURCE: WorkerEvent = { type: 'source', pipeline: 1, member: 'bob', track: 2 };

test('an event is told first, and then to whom waits for it, once', async () => {
  const { channel, worker, told } = open();
  let wanted = 0;
  const waiting = channel
    .hear(({ type }) => type === 'keychange' && (wanted += 1) > 0)
    .then(() => assert.deepEqual(told, [SOURCE, KEYCHANGE]));
  for (const event of [SOURCE, KEYCHANGE]) await worker.say(event);
  await waiting;
  await worker.say(KEYCHANGE);
  assert.equal(wanted, 1);
});

test('who waits for an event hears of the end', async () => {
  const { channel } = open();
  const ended = new FramesealError('closed', 'close() was called');
  const waiting = channel.hear(() => true);
  channel.end(ended);
  await assert.rejects(waiting, ended);
  await assert.rejects(
    channel.hear(() => true),
    ended,
  );
});

test('bytes are not kept', async () => {
  const { channel, worker } = open();
  const data = new Uint8Array(16).fill(1);
  void channel.request('seal', data, 2);
  assert.equal(data.byteLength, 0);
  assert.deepEqual(worker.requests, [['seal', new Uint8Array(16).fill(1), 2]]);
  await settled();
});
