import type { Engine, KeyFrameSource } from './engine.js';
import type { FrameKind, Verdict } from './frames.js';
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
  const codec = new CodecWatch(engine, options);
  await engine.ready; // the browser keeps the frames until then
  engine.add(options, keyFrames);
  /** Sends a frame on as the engine says; returns `false` if it is to wait. */
  const settle = (frame: EncodedFrame, verdict: Verdict): boolean => {
    if (verdict instanceof ArrayBuffer) {
      frame.data = verdict;
      writer.write(frame).catch(ignore);
    }
    return verdict !== 'wait';
  };
  const line = engine.waiting.open((frame: EncodedFrame, last) => {
    const { pipeline } = options;
    try {
      const kind = codec.look(frame);
      return settle(frame, engine.transform(pipeline, kind, frame.data, last));
    } catch {
      return true; // what cannot be read is dropped
    }
  });
  /** Handles a frame whose encryption is worth a promise. Those after it wait: order is kept. */
  const handleLarge = async (frame: EncodedFrame): Promise<boolean> => {
    try {
      const kind = codec.look(frame);
      return settle(frame, await engine.transformAway(options.pipeline, kind, frame.data));
    } catch {
      return true;
    }
  };
  try {
    for (;;) {
      const { done, value: frame } = await reader.read();
      if (done) break;
      engine.see(options.pipeline);
      if (line.isEmpty && engine.isLarge(sizeOf(frame))) {
        if (!(await handleLarge(frame))) engine.waiting.keep(line, frame);
      } else {
        engine.waiting.take(line, frame);
      }
    }
  } catch {
    // The browser took the stream away, because track or connection have ended.
  }
  engine.waiting.close(line);
  engine.remove(options.pipeline);
  writer.close().catch(ignore);
}

/** The parts of `RTCEncodedVideoFrame` and `RTCEncodedAudioFrame` that are looked at. */
export interface EncodedFrame {
  data: ArrayBuffer;
  readonly type?: string;
  getMetadata(): { mimeType?: string };
}

/**
 * Tells the engine which codec frames have.
 *
 * Metadata costs more than a small frame's encryption, so it is read where a codec can change: at a
 * key frame. Once it did change, frames of both may come mixed (simulcast with a codec for each
 * layer), and it is read for every frame.
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

  /** Looks at a frame that is about to be handled; returns its kind. */
  look(frame: EncodedFrame): FrameKind {
    const kind = kindOf(frame, this.#options);
    if (this.#mimeType === undefined || kind === KEY || this.#changes) this.#read(frame);
    return kind;
  }

  #read(frame: EncodedFrame): void {
    const { mimeType } = frame.getMetadata();
    if (mimeType === undefined || mimeType === this.#mimeType) return;
    this.#changes = this.#mimeType !== undefined;
    this.#mimeType = mimeType;
    this.#engine.setMimeType(this.#options.pipeline, mimeType);
  }
}

function kindOf(frame: EncodedFrame, { kind }: Pipeline): FrameKind {
  if (kind === 'audio') return AUDIO;
  return frame.type === 'key' ? KEY : DELTA;
}

/** Bytes of a frame's payload; 0 if it cannot be read. */
export function sizeOf(frame: EncodedFrame): number {
  try {
    return frame.data.byteLength;
  } catch {
    return 0;
  }
}

const AUDIO = 0;
const DELTA = 1;
const KEY = 2;

function ignore(): void {}
