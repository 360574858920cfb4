/** Puts other bytes into the pictures that are sent, before the script that is imported next gets them. */
export function resizePictures(resize: (frame: RTCEncodedVideoFrame) => void): void {
  addEventListener('rtctransform', (event) => {
    const { transformer } = event as RTCTransformEvent;
    const { readable, options } = transformer;
    if (options.direction !== 'send' || options.kind !== 'video') return;
    const resized = readable.pipeThrough(
      new TransformStream<RTCEncodedVideoFrame>({
        transform(frame, controller) {
          resize(frame);
          controller.enqueue(frame);
        },
      }),
    );
    Object.defineProperty(transformer, 'readable', { value: resized, configurable: true });
  });
}
