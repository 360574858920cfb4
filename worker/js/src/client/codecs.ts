import type { MediaEnd } from './transport.js';
import type { NegotiatedCodec } from '../protocol.js';

/**
 * Returns what was negotiated for one end, for browsers that do not name the codec with each frame:
 * Firefox 140, Chromium before 121, and Safari before 26 as documented.
 */
export function negotiatedCodecs(end: MediaEnd): NegotiatedCodec[] {
  const { codecs = [] } = end.getParameters();
  return codecs.map(({ payloadType, mimeType }) => [payloadType, mimeType]);
}
