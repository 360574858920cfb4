/** Stands for a `Frameseal` where no browser is: what it seals is marked, not hidden. */

import type { OpenedData, OpenOptions, SealOptions } from 'frameseal';
import type { Sealing } from '../sealed-signalling.ts';

export class MarkedSealing implements Sealing {
  readonly #member: string;
  readonly keyMessages: [from: string, message: number[]][] = [];
  /** Whether the key that opens has come. */
  hasKey = true;

  constructor(member: string) {
    this.#member = member;
  }

  async seal(data: Uint8Array, { stream = 0 }: SealOptions): Promise<Uint8Array> {
    const sealed = { from: this.#member, stream, data: [...data] };
    return new TextEncoder().encode(JSON.stringify(sealed));
  }

  async open(sealed: Uint8Array, expected: OpenOptions): Promise<OpenedData> {
    if (!this.hasKey) throw coded('missing-key');
    const { from, stream, data } = parse(sealed);
    if (from !== expected.from || stream !== expected.stream) throw coded('wrong-source');
    return { from, data: new Uint8Array(data) };
  }

  receive(from: string, message: Uint8Array): void {
    this.keyMessages.push([from, [...message]]);
  }
}

function parse(sealed: Uint8Array): { from: string; stream: number; data: number[] } {
  try {
    return JSON.parse(new TextDecoder().decode(sealed));
  } catch {
    throw coded('authentication-failed');
  }
}

function coded(code: string): Error {
  return Object.assign(new Error(code), { code });
}
