/**
 * Takes frames of the tests through the script that is imported next, as if they were the call's.
 *
 * The script sees one more transform, with the streams of no connection behind it; so frames meet
 * the same session, and whatever keys it holds, as those of the call.
 */

import { answer } from './answer.ts';
import type { MadeFrames, Pauses, ReplayedFrame } from './messages.ts';

type EncodedFrame = RTCEncodedVideoFrame | RTCEncodedAudioFrame;

/** Above all numbers of the call's own pipelines. */
let lastPipeline = 1000;

// Recorded frames, as if they had just arrived: answers which of them came out.
answer('replay', async (frames: ReplayedFrame[]) => {
  const passed = await pass({ direction: 'receive', frames });
  return passed.map((data) => data !== undefined);
});

// Frames as if an encoder had made them, or as if they had just arrived: answers what they became.
answer('pass', pass);

async function pass({ direction, frames }: MadeFrames): Promise<(Uint8Array | undefined)[]> {
  const passed = await Promise.all(
    (['audio', 'video'] as const).map((wanted) =>
      passEach(direction, wanted, frames.filter(({ kind }) => kind === wanted)),
    ),
  );
  return frames.map((frame) => passed[0]!.get(frame) ?? passed[1]!.get(frame));
}

/** Of one kind; what did not come out is not in the answer. */
async function passEach(
  direction: 'send' | 'receive',
  kind: 'audio' | 'video',
  made: ReplayedFrame[],
): Promise<Map<ReplayedFrame, Uint8Array>> {
  const frames = new Map(made.map((frame) => [asEncodedFrame(frame), frame]));
  const passed = new Map<ReplayedFrame, Uint8Array>();
  await new Promise<void>((done) => {
    const readable = new ReadableStream<EncodedFrame>({
      start(controller) {
        for (const frame of frames.keys()) controller.enqueue(frame);
        controller.close();
      },
    });
    const writable = new WritableStream<EncodedFrame>({
      write: (frame) => void passed.set(frames.get(frame)!, new Uint8Array(frame.data)),
      close: done,
    });
    transform(direction, kind, readable, writable);
  });
  return passed;
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
