/** Makes every tenth picture of the script that is imported next a large one. */

/** More than any crossover; decoders do not look at what comes after a picture of VP8. */
const LARGE = 64 * 1024;

addEventListener('rtctransform', (event) => {
  const { transformer } = event as RTCTransformEvent;
  const { readable, options } = transformer;
  if (options.direction !== 'send' || options.kind !== 'video') return;
  let pictures = 0;
  const pad = new TransformStream<RTCEncodedVideoFrame>({
    transform(frame, controller) {
      if (pictures++ % 10 === 0) {
        const padded = new Uint8Array(LARGE);
        padded.set(new Uint8Array(frame.data).subarray(0, LARGE));
        frame.data = padded.buffer;
      }
      controller.enqueue(frame);
    },
  });
  const padded = readable.pipeThrough(pad);
  Object.defineProperty(transformer, 'readable', { value: padded, configurable: true });
});
