/**
 * Takes recorded frames through the script that is imported next, as if they had just arrived.
 *
 * The script sees one more transform, with the streams of no connection behind it; so frames meet
 * the same session, and whatever keys it holds, as those of the call.
 */

import { answer } from './answer.ts';
import type { ReplayedFrame } from './messages.ts';

type EncodedFrame = RTCEncodedVideoFrame | RTCEncodedAudioFrame;

/** Above all numbers of the call's own pipelines. */
let lastPipeline = 1000;

answer('replay', async (frames: ReplayedFrame[]) => {
  const ofKind = (wanted: 'audio' | 'video') =>
    replay(wanted, frames.filter(({ kind }) => kind === wanted));
  const [audio, video] = await Promise.all([ofKind('audio'), ofKind('video')]);
  return frames.map((frame) => audio.has(frame) || video.has(frame));
});

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
