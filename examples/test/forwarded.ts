/** What a server that forwards frames can make of them. */

import { Bench } from '../../e2e/lib/bench.ts';

/** Counts those of these VP8 frames that are pictures, for whoever has no key. */
export async function countPictures(frames: readonly Buffer[]): Promise<number> {
  let pictures = 0;
  await Bench.with({ browsers: ['chromium'] }, async (bench) => {
    pictures = await bench.run('eavesdropper', 'countPictures', 'vp8', [...frames]);
  });
  return pictures;
}
