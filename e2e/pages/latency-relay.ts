/** Pictures as messages of a WebSocket: WebCodecs instead of WebRTC. */

import type { Frameseal } from 'frameseal';
import type { Ends, Show, Wire } from './latency.ts';
import { FRAMES_PER_SECOND, SIZE } from './stamped-camera.ts';

/** As WebRTC chooses for a picture of this size. */
const BITS_PER_SECOND = 1_200_000;
const KEY_FRAME_EVERY = 100;
const [DELTA, KEY] = [0, 1];
/** Of the timestamp behind the first byte. */
const TIME_BYTES = 8;

/** Connects the two ends by a server that hands each message to the other. */
export async function connectByRelay(ends: Ends, url: string): Promise<Wire> {
  const [alice, bob] = await Promise.all([openSocket(url), openSocket(url)]);
  const toBob = new Sender(alice, ends.alice);
  const toAlice = new Sender(bob, ends.bob);
  const atBob = new Receiver(bob, 'alice', ends.bob, ends.showToBob, (picture) => {
    toAlice.send(picture);
  });
  const atAlice = new Receiver(alice, 'bob', ends.alice, ends.showToAlice);
  ends.camera.onpicture = () => {
    toBob.send(new VideoFrame(ends.camera.canvas, { timestamp: performance.now() * 1000 }));
  };
  return {
    close: () => {
      ends.camera.onpicture = undefined;
      for (const end of [toBob, toAlice, atBob, atAlice]) end.close();
      for (const socket of [alice, bob]) socket.close();
    },
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

class Sender {
  readonly #encoder: VideoEncoder;
  #pictures = 0;
  /** Messages, one after the other. */
  #sending = Promise.resolve();

  constructor(socket: WebSocket, frameseal: Frameseal | undefined) {
    this.#encoder = new VideoEncoder({
      output: (chunk) => {
        const message = new Uint8Array(1 + TIME_BYTES + chunk.byteLength);
        message[0] = chunk.type === 'key' ? KEY : DELTA;
        new DataView(message.buffer).setFloat64(1, chunk.timestamp);
        chunk.copyTo(message.subarray(1 + TIME_BYTES));
        const sealed = frameseal ? frameseal.seal(message) : message;
        this.#sending = this.#sending.then(async () => {
          const bytes = await sealed;
          if (socket.readyState === WebSocket.OPEN) socket.send(bytes.slice());
        });
      },
      error: (error) => console.error(String(error)),
    });
    this.#encoder.configure({
      codec: 'vp8',
      ...SIZE,
      bitrate: BITS_PER_SECOND,
      framerate: FRAMES_PER_SECOND,
      latencyMode: 'realtime',
    });
  }

  /** Takes the picture over. */
  send(picture: VideoFrame): void {
    this.#encoder.encode(picture, { keyFrame: this.#pictures++ % KEY_FRAME_EVERY === 0 });
    picture.close();
  }

  close(): void {
    this.#encoder.close();
  }
}

class Receiver {
  readonly #decoder: VideoDecoder;
  #opening = Promise.resolve();

  /** @param pass gets a picture as soon as it is decoded, and has to close it. */
  constructor(
    socket: WebSocket,
    from: string,
    frameseal: Frameseal | undefined,
    show: Show,
    pass?: (picture: VideoFrame) => void,
  ) {
    this.#decoder = new VideoDecoder({
      output: (picture) => {
        pass?.(picture.clone());
        requestAnimationFrame(() => {
          show(picture);
          picture.close();
        });
      },
      error: (error) => console.error(String(error)),
    });
    this.#decoder.configure({ codec: 'vp8' });
    socket.onmessage = ({ data }) => {
      const message = new Uint8Array(data);
      const opened = frameseal ? frameseal.open(message, { from }) : { data: message };
      this.#opening = this.#opening.then(async () => this.#decode((await opened).data));
    };
  }

  close(): void {
    this.#decoder.close();
  }

  #decode(message: Uint8Array): void {
    if (this.#decoder.state === 'closed') return;
    const { buffer, byteOffset } = message;
    this.#decoder.decode(
      new EncodedVideoChunk({
        type: message[0] === KEY ? 'key' : 'delta',
        timestamp: new DataView(buffer, byteOffset).getFloat64(1),
        data: message.subarray(1 + TIME_BYTES),
      }),
    );
  }
}
