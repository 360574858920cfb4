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

  take({ key, mimeType, timestamp, data }: Intercepted): void {
    if (!this.able || !mimeType) return;
    if (mimeType !== this.#mimeType) this.#close();
    this.#mimeType = mimeType;

    const begins = this.#decoder?.state !== 'configured';
    const now = performance.now();
    if (begins && !key && now < this.#again) return;
    this.#again = now + RETRY_MS;
    try {
      if (begins) this.#decoder = this.#open(mimeType);
      this.#tried += 1;
      // Decoders begin with nothing but a key frame, so the first is called one.
      const type = key || begins ? 'key' : 'delta';
      this.#decoder?.decode(new EncodedVideoChunk({ type, timestamp, data }));
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

/** Between two decoders, unless a key frame comes: each lasts until a frame that it fails at. */
const RETRY_MS = 250;

/** WebCodecs' names: VP9 and AV1 of profile 0, H.264 of the constrained baseline. */
const CODECS: Record<string, string> = {
  'video/vp8': 'vp8',
  'video/vp9': 'vp09.00.31.08',
  'video/h264': 'avc1.42e01f',
  'video/av1': 'av01.0.05M.08',
};
