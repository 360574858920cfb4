/** Pictures as messages of a WebSocket: WebCodecs instead of WebRTC. */

import type { Frameseal } from 'frameseal';
import type { Ends, Show } from './latency.ts';
import { FRAMES_PER_SECOND, SIZE } from './stamped-camera.ts';

/** As WebRTC chooses for a picture of this size. */
const BITS_PER_SECOND = 1_200_000;
const KEY_FRAME_EVERY = 100;
const [DELTA, KEY] = [0, 1];
/** Of the timestamp behind the first byte. */
const TIME_BYTES = 8;

/** Connects the two ends by a server that hands each message to the other. */
export async function connectByRelay(ends: Ends, url: string): Promise<void> {
  const [alice, bob] = await Promise.all([openSocket(url), openSocket(url)]);
  const sendToBob = openSender(alice, ends.alice);
  const sendToAlice = openSender(bob, ends.bob);
  openReceiver(bob, 'alice', ends.bob, ends.showToBob, sendToAlice);
  openReceiver(alice, 'bob', ends.alice, ends.showToAlice);
  ends.camera.onpicture = (canvas) => {
    sendToBob(new VideoFrame(canvas, { timestamp: performance.now() * 1000 }));
  };
}

async function openSocket(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  await new Promise((open, fail) => {
    socket.onopen = open;
    socket.onerror = fail;
  });
  return socket;
}

/** Takes a picture over. */
type Send = (picture: VideoFrame) => void;

function openSender(socket: WebSocket, frameseal: Frameseal | undefined): Send {
  /** Messages, one after the other. */
  let sending = Promise.resolve();
  const encoder = new VideoEncoder({
    output: (chunk) => {
      const message = new Uint8Array(1 + TIME_BYTES + chunk.byteLength);
      message[0] = chunk.type === 'key' ? KEY : DELTA;
      new DataView(message.buffer).setFloat64(1, chunk.timestamp);
      chunk.copyTo(message.subarray(1 + TIME_BYTES));
      const sealed = frameseal ? frameseal.seal(message) : message;
      sending = sending.then(async () => socket.send((await sealed).slice()));
    },
    error: (error) => console.error(String(error)),
  });
  encoder.configure({
    codec: 'vp8',
    ...SIZE,
    bitrate: BITS_PER_SECOND,
    framerate: FRAMES_PER_SECOND,
    latencyMode: 'realtime',
  });
  let pictures = 0;
  return (picture) => {
    encoder.encode(picture, { keyFrame: pictures++ % KEY_FRAME_EVERY === 0 });
    picture.close();
  };
}

/** @param pass gets a picture as soon as it is decoded. */
function openReceiver(
  socket: WebSocket,
  from: string,
  frameseal: Frameseal | undefined,
  show: Show,
  pass?: Send,
): void {
  const decoder = new VideoDecoder({
    output: (picture) => {
      pass?.(picture.clone());
      requestAnimationFrame(() => {
        show(picture);
        picture.close();
      });
    },
    error: (error) => console.error(String(error)),
  });
  decoder.configure({ codec: 'vp8' });
  let opening = Promise.resolve();
  socket.onmessage = ({ data }) => {
    const message = new Uint8Array(data);
    const opened = frameseal ? frameseal.open(message, { from }) : { data: message };
    opening = opening.then(async () => decoder.decode(asChunk((await opened).data)));
  };
}

function asChunk(message: Uint8Array): EncodedVideoChunk {
  const { buffer, byteOffset } = message;
  return new EncodedVideoChunk({
    type: message[0] === KEY ? 'key' : 'delta',
    timestamp: new DataView(buffer, byteOffset).getFloat64(1),
    data: message.subarray(1 + TIME_BYTES),
  });
}
