/** WebKit, in which nobody here can make calls: Debian's WebKitGTK has no WebRTC. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serve } from './lib/server.ts';
import { beside } from './lib/suite.ts';
import { WebKitPage } from './lib/webkit.ts';

const server = beside(() => serve(), (server) => server.close());
describe('WebKitGTK', () => {
  const page = beside(
    () => WebKitPage.open<typeof import('./pages/made.ts')>(server().origin, 'made'),
    (page) => page.close(),
  );

  test('members exchange keys, and the worker seals and opens frames of every size', async () => {
    const frames = [1, 20, 120, 1200, 8000, 60_000].flatMap((length) => [
      { kind: 'audio' as const, mimeType: 'audio/opus', data: bytes(length) },
      { kind: 'video' as const, type: 'delta', mimeType: 'video/VP8', data: deltaFrame(length) },
    ]);
    const { sealed, opened, forged } = await page().run('sealAndOpen', frames);
    for (const [at, { kind, data }] of frames.entries()) {
      const what = `${kind}, ${data.length} bytes`;
      assert.ok(sealed[at]!.length > data.length, what);
      if (data.length >= 20) assert.ok(!Buffer.from(sealed[at]!).includes(Buffer.from(data.subarray(4))), what);
      assert.deepEqual(Buffer.from(opened[at]!), Buffer.from(data), what);
      assert.equal(forged[at], undefined, what);
    }
  });
});

function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 37 + 11) % 256);
}

/** RFC 6386, section 9.1: the lowest bit of a delta frame is set. */
function deltaFrame(length: number): Uint8Array {
  const data = bytes(length);
  data[0]! |= 1;
  return data;
}
