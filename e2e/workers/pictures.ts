/** Changes the pictures of one direction before the script that is imported next gets them. */
export function changePictures(
  direction: 'send' | 'receive',
  change: (frame: RTCEncodedVideoFrame) => void,
): void {
  addEventListener('rtctransform', (event) => {
    const { transformer } = event as RTCTransformEvent;
    const { readable, options } = transformer;
    if (options.direction !== direction || options.kind !== 'video') return;
    const changed = readable.pipeThrough(
      new TransformStream<RTCEncodedVideoFrame>({
        transform(frame, controller) {
          change(frame);
          controller.enqueue(frame);
        },
      }),
    );
    Object.defineProperty(transformer, 'readable', { value: changed, configurable: true });
  });
}
