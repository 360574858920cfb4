/**
 * Peer: the depacketizers of werift.
 *
 * Way: `depay`. A packet that it cannot read costs it the frame, and it goes on.
 */

import { readFileSync } from 'node:fs';
import { RtpPacket } from 'werift';
import {
  AV1RtpPayload,
  DepacketizeBase,
  H264RtpPayload,
  OpusRtpPayload,
  Vp8RtpPayload,
  Vp9RtpPayload,
  type DepacketizerCodec,
  type RtpHeader,
} from 'werift/nonstandard';
import { AUDIO, DELTA, KEY, main, type Record } from './records.ts';

interface Depacketizer {
  name: DepacketizerCodec;
  payload: { isDetectedFinalPacketInSequence(header: RtpHeader): boolean };
}

const DEPACKETIZERS = new Map<string, Depacketizer>([
  ['opus', { name: 'OPUS', payload: OpusRtpPayload }],
  ['vp8', { name: 'VP8', payload: Vp8RtpPayload }],
  ['vp9', { name: 'VP9', payload: Vp9RtpPayload }],
  ['h264', { name: 'MPEG4/ISO/AVC', payload: H264RtpPayload }],
  ['av1', { name: 'AV1', payload: AV1RtpPayload }],
]);

function* run(codec: string, way: string, packets: readonly Record[]): Generator<Record> {
  const known = DEPACKETIZERS.get(codec);
  if (way !== 'depay' || !known) throw new Error(`no way ${way} for ${codec}`);
  const depacketizer = new DepacketizeBase(known.name, {
    isFinalPacketInSequence: known.payload.isDetectedFinalPacketInSequence,
  });
  for (const { data } of packets) {
    for (const { frame } of depacketizer.processInput({ rtp: RtpPacket.deSerialize(data) })) {
      if (frame) yield { kind: kind(codec, frame.isKeyframe), data: frame.data };
    }
  }
}

/** It calls all audio key frames. */
function kind(codec: string, isKey: boolean): number {
  if (codec === 'opus') return AUDIO;
  return isKey ? KEY : DELTA;
}

function version(): string {
  const manifest = new URL('../package.json', import.meta.resolve('werift'));
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return `werift ${version}`;
}

await main(version, run);
