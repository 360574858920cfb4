/**
 * Takes recorded frames through the script that is imported next, as if they had just arrived.
 *
 * The script sees one more transform, with the streams of no connection behind it; so frames meet
 * the same session, and whatever keys it holds, as those of the call.
 */

import type { ReplayedFrame } from './replayed-frame.ts';

type EncodedFrame = RTCEncodedVideoFrame | RTCEncodedAudioFrame;

/** Above all numbers of the call's own pipelines. */
let lastPipeline = 1000;

const channel = new BroadcastChannel(`${self.name}/replay`);
channel.onmessage = async ({ data }: MessageEvent<ReplayedFrame[]>) => {
  const [audio, video] = await Promise.all(
    (['audio', 'video'] as const).map((kind) =>
      replay(
        kind,
        data.filter((frame) => frame.kind === kind),
      ),
    ),
  );
  channel.postMessage(data.map((frame) => audio!.has(frame) || video!.has(frame)));
};

/** Returns the frames that came out. */
async function replay(
  kind: 'audio' | 'video',
  recorded: ReplayedFrame[],
): Promise<Set<ReplayedFrame>> {
  const frames = new Map(recorded.map((frame) => [asEncodedFrame(frame), frame]));
  const opened = new Set<ReplayedFrame>();
  await new Promise<void>((done) => {
    const transformer = {
      readable: new ReadableStream({
        start(controller) {
          for (const frame of frames.keys()) controller.enqueue(frame);
          controller.close();
        },
      }),
      writable: new WritableStream<EncodedFrame>({
        write: (frame) => void opened.add(frames.get(frame)!),
        close: done,
      }),
      options: { pipeline: ++lastPipeline, direction: 'receive', kind, track: 0 },
      sendKeyFrameRequest: async () => {},
    };
    dispatchEvent(Object.assign(new Event('rtctransform'), { transformer }));
  });
  return opened;
}

function asEncodedFrame({ kind, type, mimeType, data }: ReplayedFrame): EncodedFrame {
  const frame = {
    data: data.slice().buffer,
    getMetadata: () => ({ mimeType }),
    ...(kind === 'video' && { type }),
  };
  return frame as unknown as EncodedFrame;
}
