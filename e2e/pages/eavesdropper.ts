//! Lets the demo page's eavesdropper at frames that nobody sealed.

import { Eavesdropper } from '../../demo/page/inspect/eavesdropper.ts';

/** The configurations to encode with, by the frames' MIME type. */
const ENCODERS: Record<string, Partial<VideoEncoderConfig> & { codec: string }> = {
  'video/VP8': { codec: 'vp8' },
  'video/VP9': { codec: 'vp09.00.31.08' },
  'video/H264': { codec: 'avc1.42e01f', avc: { format: 'annexb' } },
  'video/AV1': { codec: 'av01.0.05M.08' },
};
const SIZE = { width: 640, height: 360 };

/** The MIME types that this browser can encode. */
export async function codecs(): Promise<string[]> {
  const mimeTypes = Object.keys(ENCODERS);
  const support = await Promise.all(
    mimeTypes.map((mimeType) => VideoEncoder.isConfigSupported({ ...ENCODERS[mimeType]!, ...SIZE })),
  );
  return mimeTypes.filter((_, index) => support[index]!.supported);
}

/** Counts the frames that a decoder makes a picture of, each on its own. */
export async function countPictures(codec: string, frames: Uint8Array[]): Promise<number> {
  let pictures = 0;
  for (const data of frames) {
    const decoder = new VideoDecoder({
      output: (picture) => {
        pictures += 1;
        picture.close();
      },
      error: () => {},
    });
    decoder.configure({ codec });
    try {
      decoder.decode(new EncodedVideoChunk({ type: 'key', timestamp: 0, data }));
      await decoder.flush();
    } catch {
      // No decoder can begin with this.
    }
    if (decoder.state !== 'closed') decoder.close();
  }
  return pictures;
}

/** Encodes a few pictures, each other than the last; returns how many of them were seen. */
export async function watch(mimeType: string, pictures: number): Promise<number> {
  const subject = new Eavesdropper();
  const encoder = new VideoEncoder({
    output: (chunk) => {
      const data = new Uint8Array(chunk.byteLength);
      chunk.copyTo(data);
      const { type, timestamp } = chunk;
      subject.take({ key: type === 'key', mimeType, timestamp, data, flipped: undefined });
    },
    error: (error) => console.error(String(error)),
  });
  encoder.configure({ ...ENCODERS[mimeType]!, ...SIZE, latencyMode: 'realtime' });
  const canvas = new OffscreenCanvas(SIZE.width, SIZE.height);
  const context = canvas.getContext('2d')!;
  for (let picture = 0; picture < pictures; picture++) {
    context.fillStyle = `hsl(${picture * 30} 80% 50%)`;
    context.fillRect(picture * 40, picture * 20, 200, 120);
    const frame = new VideoFrame(canvas, { timestamp: picture * 33_333 });
    encoder.encode(frame);
    frame.close();
  }
  await encoder.flush();
  for (let wait = 0; wait < 50 && subject.decoded < pictures; wait++) {
    await new Promise((later) => setTimeout(later, 100));
  }
  encoder.close();
  return subject.decoded;
}
