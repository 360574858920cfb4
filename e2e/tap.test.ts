/** The tests' own tools: what they see, and that they can tell a leak from none. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { countLeaks, gather } from './lib/evidence.ts';
import { inBrowsers } from './lib/suite.ts';
import type { TappedFrame } from './workers/messages.ts';

describe('leaks', () => {
  const random = (length: number) =>
    Buffer.from(Array.from({ length }, () => Math.floor(Math.random() * 256)));
  const frame = (data: Buffer, mimeType = 'video/VP8'): TappedFrame<Buffer> => ({
    type: 'delta',
    source: 1,
    mimeType,
    timestamp: 0,
    data,
    at: 0,
  });

  for (const length of [16, 100, 255, 256, 5000]) {
    test(`a piece of 24 of ${length} bytes is found anywhere`, () => {
      const encoded = random(length);
      for (let at = 0; at <= Math.max(0, length - 24); at += 7) {
        const sealed = Buffer.concat([random(50), encoded.subarray(at, at + 24), random(50)]);
        assert.equal(
          countLeaks([frame(encoded)], [frame(sealed), frame(random(length))]),
          1,
          `at ${at}`,
        );
      }
    });
  }

  test('what a media server is meant to read is none', () => {
    const sps = Buffer.concat([Buffer.from([0, 0, 0, 1, 0x67]), Buffer.alloc(20, 0x42)]);
    const slice = Buffer.concat([Buffer.from([0, 0, 1, 0x65]), Buffer.alloc(40, 0x17)]);
    const encoded = frame(Buffer.concat([sps, slice]), 'video/H264');
    const sealed = frame(
      Buffer.concat([sps, Buffer.from([0, 0, 0, 1, 0x65]), random(60)]),
      'video/H264',
    );
    assert.equal(countLeaks([encoded], [sealed]), 0);
    assert.equal(countLeaks([encoded], [encoded]), 1);
  });
});

inBrowsers((bench) => {
  test('without Frameseal, every frame is seen, and is a leak', async () => {
    await bench.call({ protection: 'plain' }, async (call) => {
      await call.connect('VP8');
      await call.flows();
      const { toAlice, toBob } = await call.finish();
      for (const direction of [toAlice, toBob]) {
        const [audio, video] = [gather(direction, 'audio'), gather(direction, 'video')];
        const transported = direction.rtp.find(({ kind }) => kind === 'video')!.transported;
        assert.ok(
          video.received >= transported,
          `${video.received} of ${transported} frames tapped`,
        );
        assert.ok(
          video.leaks >= video.received * 0.95,
          `${video.leaks} of ${video.received} found`,
        );
        assert.ok(audio.leaks > 0, `${audio.leaks} of ${audio.received} found`);
        assert.equal(video.lost, 0);
      }
    });
  });
});
