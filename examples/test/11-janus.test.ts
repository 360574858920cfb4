/** Janus with its own client, which announces that media is sealed. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Janus } from '../../e2e/lib/janus.ts';
import { readRecording, vp8Frames } from '../../e2e/lib/rtp-recording.ts';
import { until } from '../../e2e/lib/until.ts';
import { example, withExample } from './example.ts';
import { countPictures } from './forwarded.ts';

/** Of the example. */
const ROOM = 1234;
/** Frames of both members. */
const SAMPLE = 40;

example('11-janus');

test('11-janus: what Janus records shows no picture, and did before', async () => {
  assert.equal(await countPictures(await recorded('/')), 0);
  assert.ok((await countPictures(await recorded('/plain'))) > 0);
});

/** Pictures that Janus got. */
async function recorded(path: string): Promise<Buffer[]> {
  let frames: Buffer[] = [];
  await withExample<Janus>('11-janus', ['chromium', 'firefox'], { path }, async (call) => {
    await call.flows();
    await call.server.recordRoom(ROOM);
    frames = await until('enough of a recording', async () => {
      const files = await call.server.recordings();
      const videos = [...files].filter(([name]) => name.includes('video'));
      const recorded = videos.flatMap(([, file]) => vp8Frames(readRecording(file)).slice(0, -1));
      return recorded.length >= SAMPLE && recorded;
    });
  });
  return frames;
}
