/** Stands for a `Frameseal` where no browser is: what it seals is marked, not hidden. */

import type { OpenedData } from 'frameseal';
import type { Sealing } from '../sealed-signalling.ts';

export class MarkedSealing implements Sealing {
  readonly #member: string;
  readonly keyMessages: [from: string, message: number[]][] = [];
  /** Whether the key that opens has come. */
  hasKey = true;

  constructor(member: string) {
    this.#member = member;
  }

  async seal(data: Uint8Array): Promise<Uint8Array> {
    return new TextEncoder().encode(JSON.stringify({ from: this.#member, data: [...data] }));
  }

  async open(sealed: Uint8Array): Promise<OpenedData> {
    if (!this.hasKey) throw coded('missing-key');
    try {
      const { from, data } = JSON.parse(new TextDecoder().decode(sealed));
      return { from, data: new Uint8Array(data) };
    } catch {
      throw coded('authentication-failed');
    }
  }

  receive(from: string, message: Uint8Array): void {
    this.keyMessages.push([from, [...message]]);
  }
}

function coded(code: string): Error {
  return Object.assign(new Error(code), { code });
}
