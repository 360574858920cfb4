/** Keeps a copy of every frame that goes in and out of the worker script that is imported next. */

import { answer } from './answer.ts';
import type { Tap, TappedFrame } from './messages.ts';

type EncodedFrame = RTCEncodedVideoFrame | RTCEncodedAudioFrame;

interface Streams {
  readable: ReadableStream<EncodedFrame>;
  writable: WritableStream<EncodedFrame>;
}

const taps: Tap[] = [];

/**
 * The script's own listeners come later, so they find streams that this one has tapped already:
 * no frame passes before the tap is there.
 */
export function tapFrames(): void {
  addEventListener('rtctransform', (event) => {
    const { transformer } = event as RTCTransformEvent;
    // Not those that another script here makes up.
    if (!(transformer instanceof RTCRtpScriptTransformer)) return;
    const tapped = tap(transformer, transformer.options);
    // The object's own properties come before those of its class.
    Object.defineProperty(transformer, 'readable', { value: tapped.readable, configurable: true });
    Object.defineProperty(transformer, 'writable', { value: tapped.writable, configurable: true });
  });

  // Streams of `createEncodedStreams()` come in a message instead.
  addEventListener('message', ({ data }) => {
    if (data?.streams) Object.assign(data.streams, tap(data.streams, data.streams.pipeline));
  });

  answer('taps', (since: number) => {
    const recent = (frames: TappedFrame[]) => frames.filter(({ at }) => at >= since);
    return taps.map((tap) => ({ ...tap, before: recent(tap.before), after: recent(tap.after) }));
  });
}

function tap(
  { readable, writable }: Streams,
  { direction, kind }: Pick<Tap, 'direction' | 'kind'>,
): Streams {
  const before: TappedFrame[] = [];
  const after: TappedFrame[] = [];
  taps.push({ direction, kind, before, after });
  const out = copyTo(after);
  // Ends when the call does, one way or another.
  out.readable.pipeTo(writable).catch(() => {});
  return { readable: readable.pipeThrough(copyTo(before)), writable: out.writable };
}

function copyTo(frames: TappedFrame[]): TransformStream<EncodedFrame, EncodedFrame> {
  return new TransformStream({
    transform(frame, controller) {
      const { mimeType, synchronizationSource } = frame.getMetadata();
      frames.push({
        type: 'type' in frame ? frame.type : undefined,
        mimeType,
        source: synchronizationSource,
        timestamp: frame.timestamp,
        data: new Uint8Array(frame.data.slice(0)),
        at: Date.now(),
      });
      controller.enqueue(frame);
    },
  });
}
