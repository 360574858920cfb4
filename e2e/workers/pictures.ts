/** What is done to pictures before the script that is imported next gets them. */

import { answer } from './answer.ts';

/** Makes every tenth picture a large one. */
export function padPictures(): void {
  changePictures('send', (frame, count) => {
    if (count % 10 !== 0) return;
    const padded = new Uint8Array(LARGE);
    padded.set(new Uint8Array(frame.data).subarray(0, LARGE));
    frame.data = padded.buffer;
  });
}

/** Makes pictures larger than any frame may be, when the page asks. */
export function enlargePictures(): void {
  let wanted = 0;
  answer('oversize', () => (wanted = 3));
  changePictures('send', (frame) => {
    if (wanted-- > 0) frame.data = new ArrayBuffer(TOO_LARGE);
  });
}

/** Damages every fiftieth picture that comes. */
export function damagePictures(): void {
  changePictures('receive', (frame, count) => {
    if (count % 50 !== 49) return;
    const data = new Uint8Array(frame.data);
    data[data.length - 1]! ^= 1;
    frame.data = data.buffer;
  });
}

/** Has frames tell no codec: as in Safari before 26, by its documentation. */
export function hideCodecs(): void {
  for (const { prototype } of [RTCEncodedVideoFrame, RTCEncodedAudioFrame]) {
    const { getMetadata } = prototype;
    prototype.getMetadata = function () {
      const { mimeType: _, payloadType: __, ...rest } = getMetadata.call(this);
      return rest;
    };
  }
}

/** Changes the pictures of one direction; `change` is told how many were before. */
function changePictures(
  direction: 'send' | 'receive',
  change: (frame: RTCEncodedVideoFrame, count: number) => void,
): void {
  let count = 0;
  addEventListener('rtctransform', (event) => {
    const { transformer } = event as RTCTransformEvent;
    const { readable, options } = transformer;
    if (options.direction !== direction || options.kind !== 'video') return;
    const changed = readable.pipeThrough(
      new TransformStream<RTCEncodedVideoFrame>({
        transform(frame, controller) {
          change(frame, count++);
          controller.enqueue(frame);
        },
      }),
    );
    Object.defineProperty(transformer, 'readable', { value: changed, configurable: true });
  });
}

/** More than any crossover; decoders do not look at what comes after a picture of VP8. */
const LARGE = 64 * 1024;
const TOO_LARGE = 16 * 1024 * 1024 + 1;
