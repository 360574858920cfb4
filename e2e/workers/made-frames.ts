/**
 * Takes frames of the tests through the script that is imported next, as if they were the call's.
 *
 * The script sees one more transform, with the streams of no connection behind it; so frames meet
 * the same session, and whatever keys it holds, as those of the call.
 */

import { answer } from './answer.ts';
import type { Pauses, ReplayedFrame } from './messages.ts';

type EncodedFrame = RTCEncodedVideoFrame | RTCEncodedAudioFrame;

/** Above all numbers of the call's own pipelines. */
let lastPipeline = 1000;

// Recorded frames, as if they had just arrived: answers which of them came out.
answer('replay', async (frames: ReplayedFrame[]) => {
  const ofKind = (wanted: 'audio' | 'video') =>
    replay(wanted, frames.filter(({ kind }) => kind === wanted));
  const [audio, video] = await Promise.all([ofKind('audio'), ofKind('video')]);
  return frames.map((frame) => audio.has(frame) || video.has(frame));
});

async function replay(
  kind: 'audio' | 'video',
  recorded: ReplayedFrame[],
): Promise<Set<ReplayedFrame>> {
  const frames = new Map(recorded.map((frame) => [asEncodedFrame(frame), frame]));
  const opened = new Set<ReplayedFrame>();
  await new Promise<void>((done) => {
    const readable = new ReadableStream<EncodedFrame>({
      start(controller) {
        for (const frame of frames.keys()) controller.enqueue(frame);
        controller.close();
      },
    });
    const writable = new WritableStream<EncodedFrame>({
      write: (frame) => void opened.add(frames.get(frame)!),
      close: done,
    });
    transform('receive', kind, readable, writable);
  });
  return opened;
}

// Frames at a steady pace: whatever the worker does without a break, some frame has to wait for.
answer('start-frames', startFrames);
answer('pauses', () => {
  const since = pauses;
  pauses = { frames: 0, longestMs: 0 };
  return since;
});

let pauses: Pauses = { frames: 0, longestMs: 0 };

function startFrames(): void {
  const readable = new ReadableStream<EncodedFrame>({
    start(controller) {
      const make = () => asEncodedFrame({ kind: 'audio', data: new Uint8Array(FRAME_LENGTH) });
      setInterval(() => controller.enqueue(make()), INTERVAL_MS);
    },
  });
  let last = performance.now();
  const writable = new WritableStream<EncodedFrame>({
    write() {
      const now = performance.now();
      pauses.frames++;
      pauses.longestMs = Math.max(pauses.longestMs, now - last - INTERVAL_MS);
      last = now;
    },
  });
  transform('send', 'audio', readable, writable);
}

function transform(
  direction: 'send' | 'receive',
  kind: 'audio' | 'video',
  readable: ReadableStream<EncodedFrame>,
  writable: WritableStream<EncodedFrame>,
): void {
  const options = { pipeline: ++lastPipeline, direction, kind, track: 0 };
  const transformer = { readable, writable, options, sendKeyFrameRequest: async () => {} };
  dispatchEvent(Object.assign(new Event('rtctransform'), { transformer }));
}

function asEncodedFrame({ kind, type, mimeType, data }: ReplayedFrame): EncodedFrame {
  const frame = {
    data: data.slice().buffer,
    getMetadata: () => ({ mimeType }),
    ...(kind === 'video' && { type }),
  };
  return frame as unknown as EncodedFrame;
}

/** Of an Opus packet, about. */
const FRAME_LENGTH = 120;
/** Five times the pace of a call; browsers have no faster timers. */
const INTERVAL_MS = 4;
