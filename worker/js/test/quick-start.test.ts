/** The quick start of the documentation: it compiles, is everywhere the same, and does what is said. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { FakeWorker } from './fake-worker.js';

// What a browser has: a mock of each, as far as it is touched here.
class FakeConnection extends EventTarget {
  getTransceivers = () => [];
  getConfiguration = () => ({});
}
Object.assign(globalThis, {
  Worker: FakeWorker,
  RTCRtpScriptTransform: class {},
  RTCPeerConnection: FakeConnection,
});
const { quickStart } = await import('./quick-start.js');

test('it is the same code in every document', async () => {
  const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');
  const [, code] = /\/\/ begin\n(.*?) *\/\/ end\n/s.exec(await read('quick-start.ts')) ?? [];
  assert.ok(code);
  const expected = code.replaceAll(/^ {2}/gm, '') + '```\n';
  for (const path of ['../../../README.md', '../../../docs/integration.md', '../README.md']) {
    assert.ok((await read(path)).includes(expected), path);
  }
});

test('it carries messages both ways, and the roster', async () => {
  const sent: unknown[] = [];
  const socket = new EventTarget() as WebSocket;
  socket.send = (data) => sent.push(JSON.parse(String(data)));
  const hear = (message: object) =>
    socket.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }));

  const { frameseal } = await quickStart(socket, new Uint8Array(32));
  const worker = FakeWorker.latest;
  hear({ type: 'joined', from: 'bob' });
  hear({ type: 'key', from: 'bob', data: [1, 255] });
  hear({ type: 'left', from: 'bob' });
  assert.deepEqual(worker.requests, [
    ['memberJoined', 'bob'],
    ['receive', 'bob', Uint8Array.of(1, 255)],
    ['memberLeft', 'bob'],
  ]);

  await worker.say({ type: 'message', data: Uint8Array.of(0, 128) });
  await worker.say({ type: 'message', to: 'bob', data: new Uint8Array() });
  assert.deepEqual(sent, [
    { type: 'key', to: null, data: [0, 128] },
    { type: 'key', to: 'bob', data: [] },
  ]);
  frameseal.close(); // the watchdog
});
