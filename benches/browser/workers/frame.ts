/** Frames as browsers hand them to transforms, with what implementations look at. */

export type MediaKind = 'audio' | 'video';

export interface Frame {
  data: ArrayBuffer;
  readonly timestamp: number;
  getMetadata(): object;
}

class AudioFrame implements Frame {
  data: ArrayBuffer;
  readonly timestamp: number;

  constructor(data: ArrayBuffer, timestamp: number) {
    this.data = data;
    this.timestamp = timestamp;
  }

  getMetadata(): object {
    return AUDIO_METADATA;
  }
}

class VideoFrame implements Frame {
  data: ArrayBuffer;
  readonly timestamp: number;
  readonly type: 'key' | 'delta';

  constructor(data: ArrayBuffer, timestamp: number, type: 'key' | 'delta') {
    this.data = data;
    this.timestamp = timestamp;
    this.type = type;
  }

  getMetadata(): object {
    return VIDEO_METADATA;
  }
}

/** Frames of this size are sound, or pictures. */
export function kindOf(bytes: number): MediaKind {
  return bytes < LEAST_VIDEO ? 'audio' : 'video';
}

/** Frames with the bytes given, of what is `bytes` long before it is sealed. */
export function framesOf(data: readonly ArrayBuffer[], bytes: number): Frame[] {
  if (kindOf(bytes) === 'audio') {
    return data.map((data, index) => new AudioFrame(data, index * AUDIO_INTERVAL));
  }
  const type = bytes < LEAST_KEY_FRAME ? 'delta' : 'key';
  return data.map((data, index) => new VideoFrame(data, index * VIDEO_INTERVAL, type));
}

/** Something to seal, different each time: Opus as it may be, or VP8 with the front it needs. */
export function payload(bytes: number): ArrayBuffer {
  const data = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += MOST_RANDOM) {
    crypto.getRandomValues(data.subarray(at, at + MOST_RANDOM));
  }
  if (kindOf(bytes) === 'video') data.set(bytes < LEAST_KEY_FRAME ? DELTA_FRONT : KEY_FRONT);
  return data.buffer;
}

/** What an encoder makes at 1.5 Mbit/s: sound below, key frames above. */
const LEAST_VIDEO = 1000;
const LEAST_KEY_FRAME = 20_000;

/** RFC 6386, section 9.1: frame tag; of a key frame with start code, and 640 x 360. */
const DELTA_FRONT = [0x11, 0, 0];
const KEY_FRONT = [0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01];

const AUDIO_METADATA = { synchronizationSource: 1, payloadType: 111, mimeType: 'audio/opus' };
const VIDEO_METADATA = { synchronizationSource: 2, payloadType: 96, mimeType: 'video/VP8' };

/** In ticks of the RTP clocks, 48 and 90 kHz: 20 ms, and 30 frames a second. */
const AUDIO_INTERVAL = 960;
const VIDEO_INTERVAL = 3000;

/** `getRandomValues` gives no more at once. */
const MOST_RANDOM = 65_536;
