/** Reads what Janus recorded: every RTP packet as it came in, after the transport's encryption. */

export interface RtpPacket {
  sequence: number;
  timestamp: number;
  /** Behind the RTP header and its extensions. */
  payload: Buffer;
}

/**
 * Returns the packets of a recording that goes on, in the order in which they came.
 *
 * A recording is 8 bytes `MJR00002`, the length of a description in JSON and that itself, and then for
 * each packet `MEET`, its time in ms (4 bytes), its length (2 bytes) and the packet: Janus 1.1,
 * `record.c`.
 */
export function readRecording(file: Buffer): RtpPacket[] {
  if (file.length < 10) return []; // it has not written anything yet
  if (file.toString('latin1', 0, 8) !== 'MJR00002') throw new Error('not a recording of Janus');
  const packets: RtpPacket[] = [];
  let at = 10 + file.readUInt16BE(8);
  while (at + 10 <= file.length) {
    const length = file.readUInt16BE(at + 8);
    if (at + 10 + length > file.length) break; // the rest is not written yet
    packets.push(readPacket(file.subarray(at + 10, at + 10 + length)));
    at += 10 + length;
  }
  return packets;
}

/** RFC 3550, section 5.1. */
function readPacket(packet: Buffer): RtpPacket {
  const first = packet.readUInt8(0);
  let start = 12 + 4 * (first & 0x0f);
  if (first & 0x10) start += 4 + 4 * packet.readUInt16BE(start + 2);
  const end = first & 0x20 ? packet.length - packet.readUInt8(packet.length - 1) : packet.length;
  return {
    sequence: packet.readUInt16BE(2),
    timestamp: packet.readUInt32BE(4),
    payload: packet.subarray(start, end),
  };
}

/** Puts VP8 frames together that came in whole: RFC 7741, section 4.2. */
export function vp8Frames(packets: RtpPacket[]): Buffer[] {
  const frames = new Map<number, Buffer[]>();
  for (const { timestamp, payload } of packets) {
    if (payload.length === 0) continue;
    const parts = frames.get(timestamp) ?? [];
    parts.push(payload.subarray(descriptorLength(payload)));
    frames.set(timestamp, parts);
  }
  return [...frames.values()].map((parts) => Buffer.concat(parts));
}

function descriptorLength(payload: Buffer): number {
  if (!(payload[0]! & 0x80)) return 1;
  const extensions = payload[1]!;
  let length = 2;
  if (extensions & 0x80) length += payload[length]! & 0x80 ? 2 : 1;
  if (extensions & 0x40) length += 1;
  if (extensions & 0x30) length += 1;
  return length;
}
