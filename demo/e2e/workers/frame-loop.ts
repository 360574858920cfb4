/**
 * Sends frames through the script that is imported next, one after the other without a rest, and
 * measures how long none came out.
 *
 * A frame goes in as soon as the one before it is out, in a task of its own: so whatever else the
 * worker does is a pause of this loop.
 */

import type { Pauses } from './pauses.ts';

/** The number of no pipeline of the page. */
const PIPELINE = 1000;
/** Of an Opus packet, about. */
const FRAME_LENGTH = 120;

let controller: ReadableStreamDefaultController<RTCEncodedAudioFrame>;
let last = 0;
let pauses: Pauses = { frames: 0, longestMs: 0, over5Ms: 0 };

const { port1, port2 } = new MessageChannel();
port1.onmessage = () => {
  const frame = { data: new ArrayBuffer(FRAME_LENGTH), getMetadata: () => ({}) };
  controller.enqueue(frame as RTCEncodedAudioFrame);
};

const channel = new BroadcastChannel(`${self.name}/frame-loop`);
channel.onmessage = ({ data }: MessageEvent<'start' | 'read'>) => {
  if (data === 'start') start();
  channel.postMessage(pauses);
  pauses = { frames: 0, longestMs: 0, over5Ms: 0 };
  last = performance.now();
};

function start(): void {
  const transformer = {
    readable: new ReadableStream({ start: (given) => void (controller = given) }),
    writable: new WritableStream({ write: next }),
    options: { pipeline: PIPELINE, direction: 'send', kind: 'audio', track: 1 },
  };
  dispatchEvent(Object.assign(new Event('rtctransform'), { transformer }));
  port2.postMessage(null);
}

function next(): void {
  const now = performance.now();
  const pause = now - last;
  last = now;
  pauses.frames++;
  pauses.longestMs = Math.max(pauses.longestMs, pause);
  if (pause > 5) pauses.over5Ms++;
  port2.postMessage(null);
}
