/** Finds what a sealed frame may show to a media server, independently of the package. */

/**
 * Returns a frame from behind its parameter sets (H.264) or sequence header (AV1), which a media
 * server is meant to read. What else an envelope shows is too short to matter here.
 */
export function withoutEnvelope(mimeType: string | undefined, frame: Buffer): Buffer {
  switch (mimeType?.toLowerCase()) {
    case 'video/h264':
      return fromFirstSlice(frame);
    case 'video/av1':
      return behindSequenceHeader(frame);
    default:
      return frame;
  }
}

/** ITU-T H.264, table 7-1: NAL unit types of a sequence and a picture parameter set. */
const PARAMETER_SETS = [7, 8];

function fromFirstSlice(frame: Buffer): Buffer {
  const START_CODE = Buffer.from([0, 0, 1]);
  let start = frame.indexOf(START_CODE);
  while (start >= 0) {
    const type = (frame[start + START_CODE.length] ?? 0) & 0x1f;
    if (!PARAMETER_SETS.includes(type)) return frame.subarray(start);
    start = frame.indexOf(START_CODE, start + START_CODE.length);
  }
  return frame;
}

/** AV1 specification, section 6.2.2: OBU types of a sequence header and a temporal delimiter. */
const HEADERS = [1, 2];

function behindSequenceHeader(frame: Buffer): Buffer {
  let at = 0;
  while (at < frame.length) {
    const header = frame[at] ?? 0;
    const [hasExtension, hasSize] = [(header & 4) !== 0, (header & 2) !== 0];
    if (!HEADERS.includes((header >> 3) & 15) || !hasSize) break;
    // leb128: seven bits a byte, the lowest first.
    let size = 0;
    let shift = 0;
    let byte: number;
    at += hasExtension ? 2 : 1;
    do {
      byte = frame[at++] ?? 0;
      size += (byte & 0x7f) << shift;
      shift += 7;
    } while (byte & 0x80);
    at += size;
  }
  return frame.subarray(at);
}
