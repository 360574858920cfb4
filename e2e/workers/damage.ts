/** Damages every fiftieth picture that comes, before the script that is imported next gets it. */

import { changePictures } from './pictures.ts';

const EVERY = 50;

let count = 0;
changePictures('receive', (frame) => {
  count += 1;
  if (count % EVERY > 0) return;
  const data = new Uint8Array(frame.data);
  data[data.length - 1]! ^= 1;
  frame.data = data.buffer;
});
