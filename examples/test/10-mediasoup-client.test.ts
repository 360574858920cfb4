/** mediasoup-client, and a server that forwards what it cannot open. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vp8Frames } from '../../e2e/lib/rtp-recording.ts';
import { until } from '../../e2e/lib/until.ts';
import type { Forwarder } from '../10-mediasoup-client/server.ts';
import { example, withExample } from './example.ts';
import { countPictures } from './forwarded.ts';

/** Frames of both members. */
const SAMPLE = 40;

example('10-mediasoup-client');

test('10-mediasoup-client: what is forwarded shows no picture, and did before', async () => {
  assert.equal(await countPictures(await forwarded('/')), 0);
  assert.ok((await countPictures(await forwarded('/plain'))) > 0);
});

/** Pictures that the server got. */
async function forwarded(path: string): Promise<Buffer[]> {
  let frames: Buffer[] = [];
  const pair = ['chromium', 'firefox'] as const;
  await withExample<Forwarder>('10-mediasoup-client', pair, { path }, async (call) => {
    await call.flows();
    frames = await until('enough frames', async () => {
      const videos = [...call.server.producers.values()].filter(({ kind }) => kind === 'video');
      const all = videos.map(({ packets }) =>
        packets.map(({ header: { sequenceNumber: sequence, timestamp }, payload }) => {
          return { sequence, timestamp, payload };
        }),
      );
      const forwarded = all.flatMap((packets) => vp8Frames(packets).slice(0, -1));
      return forwarded.length >= SAMPLE && forwarded;
    });
  });
  return frames;
}
