import type { Intercepted } from './intercepted.ts';

/** Tries to watch the call without a key: feeds sealed frames to a decoder as they are. */
export class Eavesdropper {
  /** Whether this browser has decoders to try with. */
  readonly able = typeof VideoDecoder === 'function';

  #decoder: VideoDecoder | undefined;
  #mimeType: string | undefined;
  #tried = 0;
  #decoded = 0;
  #again = 0;

  /** Frames given to the decoder so far. */
  get tried(): number {
    return this.#tried;
  }

  /** Pictures that the decoder made of them. */
  get decoded(): number {
    return this.#decoded;
  }

  take(frame: Intercepted): void {
    if (!this.able || !frame.mimeType) return;
    const now = performance.now();
    if (frame.mimeType !== this.#mimeType) {
      this.#mimeType = frame.mimeType;
      this.#close();
    } else if (this.#decoder?.state !== 'configured' && now < this.#again) {
      return;
    }
    this.#again = now + RETRY_MS;
    try {
      if (this.#decoder?.state !== 'configured') this.#decoder = this.#open(frame.mimeType);
      this.#tried += 1;
      // Called a key frame whatever it is: decoders refuse to begin with another.
      const { timestamp, data } = frame;
      this.#decoder.decode(new EncodedVideoChunk({ type: 'key', timestamp, data }));
    } catch {
      this.#close();
    }
  }

  #open(mimeType: string): VideoDecoder {
    const decoder = new VideoDecoder({
      output: (picture) => {
        this.#decoded += 1;
        picture.close();
      },
      error: () => {}, // it closes itself
    });
    decoder.configure({ codec: CODECS[mimeType.toLowerCase()] ?? '', optimizeForLatency: true });
    return decoder;
  }

  #close(): void {
    if (this.#decoder && this.#decoder.state !== 'closed') this.#decoder.close();
    this.#decoder = undefined;
  }
}

/** Between two decoders: each lasts for the frame that it fails at. */
const RETRY_MS = 250;

/** WebCodecs' names: VP9 and AV1 of profile 0, H.264 of the constrained baseline. */
const CODECS: Record<string, string> = {
  'video/vp8': 'vp8',
  'video/vp9': 'vp09.00.31.08',
  'video/h264': 'avc1.42e01f',
  'video/av1': 'av01.0.05M.08',
};
