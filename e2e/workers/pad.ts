/** Makes every tenth picture a large one. */

import { isWanted } from './extras.ts';
import { changePictures } from './pictures.ts';

/** More than any crossover; decoders do not look at what comes after a picture of VP8. */
const LARGE = 64 * 1024;

if (isWanted('pad')) {
  let pictures = 0;
  changePictures('send', (frame) => {
    if (pictures++ % 10 !== 0) return;
    const padded = new Uint8Array(LARGE);
    padded.set(new Uint8Array(frame.data).subarray(0, LARGE));
    frame.data = padded.buffer;
  });
}
