/**
 * Sends frames at a steady pace through the script that is imported next, and measures how late
 * they come out: whatever the worker does without a break, some frame has to wait for.
 */

import { answer } from './answer.ts';
import type { Pauses } from './messages.ts';

/** The number of no pipeline of the page. */
const PIPELINE = 1000;
/** Of an Opus packet, about. */
const FRAME_LENGTH = 120;
/** Five times the pace of a call; browsers have no faster timers. */
const INTERVAL_MS = 4;

let last = 0;
let pauses: Pauses = { frames: 0, longestMs: 0 };

answer('start-frames', start);
answer('pauses', () => {
  const since = pauses;
  pauses = { frames: 0, longestMs: 0 };
  return since;
});

function start(): void {
  const readable = new ReadableStream<object>({
    start(controller) {
      setInterval(() => {
        controller.enqueue({ data: new ArrayBuffer(FRAME_LENGTH), getMetadata: () => ({}) });
      }, INTERVAL_MS);
    },
  });
  const writable = new WritableStream({
    write() {
      const now = performance.now();
      pauses.frames++;
      pauses.longestMs = Math.max(pauses.longestMs, now - last - INTERVAL_MS);
      last = now;
    },
  });
  last = performance.now();
  const options = { pipeline: PIPELINE, direction: 'send', kind: 'audio', track: 0 };
  const transformer = { readable, writable, options };
  dispatchEvent(Object.assign(new Event('rtctransform'), { transformer }));
}
