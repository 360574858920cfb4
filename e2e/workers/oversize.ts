/** Makes pictures larger than any frame may be, on demand. */

import { answer } from './answer.ts';
import { isWanted } from './extras.ts';
import { changePictures } from './pictures.ts';

const TOO_LARGE = 16 * 1024 * 1024 + 1;

let wanted = 0;
answer('oversize', () => (wanted = 3));

if (isWanted('oversize')) {
  changePictures('send', (frame) => {
    if (wanted-- > 0) frame.data = new ArrayBuffer(TOO_LARGE);
  });
}
