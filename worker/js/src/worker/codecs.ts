import type { NegotiatedCodec } from '../protocol.js';

/**
 * The codecs that were negotiated for each pipeline, for frames whose browser does not name theirs:
 * Firefox 140 and Chromium before 121 tell the payload type, Safari before 26 nothing.
 */
export class Codecs {
  readonly #negotiated = new Map<number, NegotiatedCodec[]>();

  set(pipeline: number, codecs: NegotiatedCodec[]): void {
    this.#negotiated.set(pipeline, codecs);
  }

  /** Returns the MIME type of a payload type; or, without one, of the only codec that there is. */
  find(pipeline: number, payloadType: number | undefined): string | undefined {
    const codecs = this.#negotiated.get(pipeline) ?? [];
    if (payloadType !== undefined) return codecs.find(([type]) => type === payloadType)?.[1];
    const names = new Set(codecs.map(([, mimeType]) => mimeType).filter((name) => !REPAIR.test(name)));
    return names.size === 1 ? [...names][0] : undefined;
  }

  delete(pipeline: number): void {
    this.#negotiated.delete(pipeline);
  }
}

/** What repeats or mends the packets of others, and what goes between frames of sound. */
const REPAIR = /\/(rtx|red|ulpfec|flexfec-03|telephone-event|CN)$/i;
