/** Makes the frames of the script that is imported next larger than any frame may be, on demand. */

const TOO_LARGE = 16 * 1024 * 1024 + 1;

let wanted = 0;
new BroadcastChannel(self.name).onmessage = ({ data }) => {
  if (data === 'oversize') wanted = 3;
};

addEventListener('rtctransform', (event) => {
  const { transformer } = event as RTCTransformEvent;
  const { readable, options } = transformer;
  if (options.direction !== 'send' || options.kind !== 'video') return;
  const enlarge = new TransformStream<RTCEncodedVideoFrame>({
    transform(frame, controller) {
      if (wanted-- > 0) frame.data = new ArrayBuffer(TOO_LARGE);
      controller.enqueue(frame);
    },
  });
  Object.defineProperty(transformer, 'readable', { value: readable.pipeThrough(enlarge) });
});
