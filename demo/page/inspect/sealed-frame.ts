//! Takes a sealed frame apart, as anybody without the key can.

import type { Intercepted } from './intercepted.ts';

/** What a byte of a sealed frame belongs to. */
export const PARTS = ['envelope', 'config', 'key-id', 'counter', 'ciphertext', 'tag'] as const;
export type Part = (typeof PARTS)[number];

/** A sealed frame, taken apart. Nothing in it is authenticated. */
export interface SealedFrame {
  frame: Intercepted;
  /** For each byte, the index of its part in {@link PARTS}. */
  parts: Uint8Array;
  /** SFrame's KID: the application's key ID, and the track in the lowest four bits. */
  kid: bigint;
  /** SFrame's CTR. */
  counter: bigint;
}

/** Returns a frame's parts, or `undefined` for what is no sealed frame of its codec. */
export function takeApart(frame: Intercepted): SealedFrame | undefined {
  const codec = frame.mimeType?.toLowerCase();
  const escaped = codec === 'video/h264';
  const start = bodyStart(frame, codec);
  if (start === undefined) return undefined;

  const end = frame.data.length - (escaped || codec === 'video/vp9' ? 1 : 0); // without the last byte
  const body = bodyIndices(frame.data, start, end, escaped);
  const header = readHeader(body.map((index) => frame.data[index]!));
  if (!header || body.length < header.length + TAG_LENGTH) return undefined;

  const parts = new Uint8Array(frame.data.length); // all envelope
  const mark = (from: number, to: number, part: Part): void => {
    const number = PARTS.indexOf(part);
    for (let at = from; at < to; at++) parts[body[at]!] = number;
  };
  const { keyIdEnd, length, kid, counter } = header;
  mark(0, 1, 'config');
  mark(1, keyIdEnd, 'key-id');
  mark(keyIdEnd, length, 'counter');
  mark(length, body.length - TAG_LENGTH, 'ciphertext');
  mark(body.length - TAG_LENGTH, body.length, 'tag');
  return { frame, parts, kid, counter };
}

/** AES_128_GCM_SHA256_128, the default suite (RFC 9605, section 4.5). */
export const TAG_LENGTH = 16;

/** Where the envelope ends, which is not where the header begins if zeros had to be escaped. */
function bodyStart({ key, data }: Intercepted, codec: string | undefined): number | undefined {
  switch (codec) {
    case 'video/vp8':
      return key ? 12 : 5;
    case 'video/vp9':
      return key ? vp9KeyHeaderLength(data) : 1;
    case 'video/h264':
      return sliceBodyStart(data);
    case 'video/av1':
      return frameObuStart(data);
    default:
      return undefined;
  }
}

/** Through `render_size()`, in profile 0 (VP9 specification, section 6.2). */
function vp9KeyHeaderLength(data: Uint8Array): number {
  const hasRenderSize = isSet(data, 68);
  return hasRenderSize ? 13 : 9;
}

/** The end of what is readable of the first slice: three fields of its header, and a key frame's decoy. */
function sliceBodyStart(data: Uint8Array): number | undefined {
  for (let at = 0; at + 3 < data.length; at++) {
    if (data[at] !== 0 || data[at + 1] !== 0 || data[at + 2] !== 1) continue;
    const nal = at + 3;
    const type = data[nal]! & 0x1f;
    if (type !== 1 && type !== 5) continue;
    let bit = (nal + 1) * 8;
    for (let field = 0; field < 3; field++) bit = skipExpGolomb(data, bit);
    return Math.ceil(bit / 8) + (type === 5 ? 6 : 0);
  }
  return undefined;
}

/** As many zeros as there are bits after the one that ends them (ITU-T H.264, section 9.1). */
function skipExpGolomb(data: Uint8Array, bit: number): number {
  let zeros = 0;
  while (bit + zeros < data.length * 8 && !isSet(data, bit + zeros)) zeros++;
  return bit + 2 * zeros + 1;
}

function isSet(data: Uint8Array, bit: number): boolean {
  return ((data[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0;
}

/** Behind the first byte of the OBU_FRAME's payload (AV1 specification, sections 5.3 and 6.2.2). */
function frameObuStart(data: Uint8Array): number | undefined {
  const OBU_FRAME = 6;
  let at = 0;
  while (at < data.length) {
    const header = data[at]!;
    at += header & 4 ? 2 : 1; // with an extension byte or without
    let size = data.length - at;
    if (header & 2) [size, at] = readLeb128(data, at);
    if (((header >> 3) & 15) === OBU_FRAME) return at + 1;
    at += size;
  }
  return undefined;
}

/** Returns a number of seven bits a byte, lowest first, and where it ends. */
function readLeb128(data: Uint8Array, start: number): [value: number, end: number] {
  let value = 0;
  for (let at = start, scale = 1; ; at++, scale *= 128) {
    const byte = data[at] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return [value, at + 1];
  }
}

/** The places of the body's bytes: all from `start` to `end`, without emulation prevention. */
function bodyIndices(data: Uint8Array, start: number, end: number, escaped: boolean): number[] {
  const indices: number[] = [];
  let zeros = 0;
  if (escaped) while (zeros < 2 && data[start - 1 - zeros] === 0) zeros++;
  for (let at = start; at < end; at++) {
    const prevents = escaped && zeros >= 2 && data[at] === 3;
    zeros = data[at] === 0 ? zeros + 1 : 0;
    if (!prevents) indices.push(at);
  }
  return indices;
}

/** Reads SFrame's header (RFC 9605, section 4.3). */
function readHeader(body: number[]): Header | undefined {
  const config = body[0];
  if (config === undefined) return undefined;
  const keyIdEnd = 1 + extensionLength(config >> 4);
  const length = keyIdEnd + extensionLength(config & 15);
  return {
    keyIdEnd,
    length,
    kid: field(config >> 4, body.slice(1, keyIdEnd)),
    counter: field(config & 15, body.slice(keyIdEnd, length)),
  };
}

interface Header {
  /** Where the counter's bytes begin. */
  keyIdEnd: number;
  length: number;
  kid: bigint;
  counter: bigint;
}

/** A nibble of the config byte: the value itself, or 8 and the number of its bytes less one. */
function extensionLength(nibble: number): number {
  return nibble < 8 ? 0 : nibble - 7;
}

function field(nibble: number, extension: number[]): bigint {
  if (nibble < 8) return BigInt(nibble);
  return extension.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
