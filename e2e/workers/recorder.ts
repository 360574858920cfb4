/** Hands a copy of every encoded frame to the page, and the frame itself on. */

import type { RecordedFrame } from './messages.ts';

addEventListener('rtctransform', (event) => {
  const { readable, writable, options } = (event as RTCTransformEvent).transformer;
  void readable
    .pipeThrough(
      new TransformStream<RTCEncodedVideoFrame | RTCEncodedAudioFrame>({
        transform(frame, controller) {
          const recorded: RecordedFrame = {
            side: options.side,
            kind:
              'type' in frame && (frame.type === 'key' || frame.type === 'delta')
                ? frame.type
                : 'audio',
            mimeType: frame.getMetadata().mimeType ?? '',
            data: new Uint8Array(frame.data.slice(0)),
          };
          postMessage(recorded);
          controller.enqueue(frame);
        },
      }),
    )
    .pipeTo(writable);
});
