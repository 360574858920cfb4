import type { Engine, KeyFrameSource } from './engine.js';
import type { Verdict } from './frames.js';
import type { Pipeline } from '../protocol.js';

/**
 * Takes the frames of one direction of one transceiver through the engine, in their order.
 *
 * A loop and not a `TransformStream`: a third of the cost per frame, and nothing in it can throw
 * out of a transform callback, which would end the track for good.
 */
export async function pump(
  engine: Engine,
  options: Pipeline,
  readable: ReadableStream<EncodedFrame>,
  writable: WritableStream<EncodedFrame>,
  keyFrames?: KeyFrameSource,
): Promise<void> {
  const reader = readable.getReader();
  const writer = writable.getWriter();
  const send = sendBy(writer);
  const codec = new CodecWatch(engine, options);
  const { pipeline } = options;
  await engine.ready; // the browser keeps the frames until then
  engine.add(options, keyFrames);
  /** Sends a frame on as the engine says; returns `false` if it is to wait. */
  const settle = (frame: EncodedFrame, verdict: Verdict): boolean => {
    if (verdict instanceof ArrayBuffer) send(frame, verdict);
    return verdict !== 'wait';
  };
  const waiting = engine.wait(pipeline, (frame) => {
    const data = dataOf(frame);
    codec.look(frame, data.byteLength);
    return settle(frame, engine.transform(pipeline, data, true));
  });
  try {
    for (;;) {
      const { done, value: frame } = await reader.read();
      if (done) break;
      const data = dataOf(frame);
      codec.look(frame, data.byteLength);
      // A frame whose encryption is worth a promise holds up those after it: order is kept.
      const isLarge = waiting.isEmpty && engine.isLarge(data.byteLength);
      const verdict = isLarge
        ? await engine.transformAway(pipeline, data)
        : engine.transform(pipeline, data, false);
      if (!settle(frame, verdict)) waiting.push(frame);
    }
  } catch {
    // The browser took the stream away, because track or connection have ended.
  }
  engine.remove(pipeline);
  writer.close().catch(ignore);
}

/** The parts of `RTCEncodedVideoFrame` and `RTCEncodedAudioFrame` that are looked at. */
export interface EncodedFrame {
  data: ArrayBuffer;
  readonly type?: string;
  getMetadata(): { mimeType?: string; payloadType?: number };
}

/**
 * Tells the engine which codec frames have.
 *
 * Metadata costs more than a small frame's encryption, so it is read where a codec can change: at
 * what the browser takes for a key frame. Once it did change, frames of both may come mixed
 * (simulcast with a codec for each layer), and it is read for every frame.
 */
class CodecWatch {
  readonly #engine: Engine;
  readonly #options: Pipeline;
  #mimeType: string | undefined;
  #changes = false;

  constructor(engine: Engine, options: Pipeline) {
    this.#engine = engine;
    this.#options = options;
  }

  /** Looks at a frame that is about to be handled. */
  look(frame: EncodedFrame, length: number): void {
    if (this.#mayDiffer(frame, length)) this.#read(frame);
  }

  #mayDiffer(frame: EncodedFrame, length: number): boolean {
    if (this.#mimeType === undefined || this.#changes) return true;
    return this.#options.kind === 'audio' ? length <= LONGEST_TONE : frame.type === 'key';
  }

  #read(frame: EncodedFrame): void {
    const { mimeType: named, payloadType } = metadataOf(frame);
    const mimeType = named ?? this.#engine.codecOf(this.#options.pipeline, payloadType);
    if (mimeType === undefined || mimeType === this.#mimeType) return;
    this.#changes = this.#mimeType !== undefined;
    this.#mimeType = mimeType;
    this.#engine.setMimeType(this.#options.pipeline, mimeType);
  }
}

function metadataOf(frame: EncodedFrame): ReturnType<EncodedFrame['getMetadata']> {
  try {
    return frame.getMetadata();
  } catch {
    return {};
  }
}

/** A frame's payload; nothing if it cannot be read, and sending it fails, too. */
function dataOf(frame: EncodedFrame): ArrayBuffer {
  try {
    return frame.data;
  } catch {
    return new ArrayBuffer(0);
  }
}

/** Returns a function that sends a frame on. A frame that the browser has taken back is dropped. */
function sendBy(
  writer: WritableStreamDefaultWriter<EncodedFrame>,
): (frame: EncodedFrame, data: ArrayBuffer) => void {
  // Nobody awaits writes, but each rejection must be handled. A handler for each write costs Firefox
  // 0.4 µs a frame. When the stream fails, only the last writes are still pending.
  const writes: Promise<void>[] = [];
  let count = 0;
  let isOpen = true;
  writer.closed.catch(() => {
    isOpen = false;
    for (const write of writes) write.catch(ignore);
  });
  return (frame, data) => {
    if (!isOpen) return;
    try {
      frame.data = data;
      writes[count++ % UNHEARD] = writer.write(frame);
    } catch {
      // Nobody waits for it.
    }
  };
}

/**
 * Tones (RFC 4733) and comfort noise (RFC 3389) come between frames of sound, in packets of their own
 * that nobody sealed: 4 bytes, and some ten.
 */
const LONGEST_TONE = 16;

/** More than are ever under way: a browser takes each frame at once. */
const UNHEARD = 32;

function ignore(): void {}
