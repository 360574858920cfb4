/** Looks for secrets in what ought to hold none, in whatever form they might be written. */

import { createECDH, hkdfSync } from 'node:crypto';

/** Bytes in a row that are taken for a piece of a secret: by chance they are never the same. */
const WINDOW = 16;

export class Secrets {
  /** Every piece, one character per byte. */
  readonly #pieces = new Set<string>();
  readonly #inHex = new Set<string>();
  readonly #inBase64 = new Set<string>();

  constructor(secrets: Iterable<Uint8Array>) {
    for (const secret of secrets) this.#add(Buffer.from(secret));
  }

  /** Tells whether a text, which may be bytes as latin1, holds a piece of a secret. */
  isIn(text: string): boolean {
    return (
      holds(text, WINDOW, this.#pieces) ||
      hexIn(text).some((digits) => holds(digits, WINDOW * 2, this.#inHex)) ||
      base64In(text).some((digits) => holds(digits, BASE64_WINDOW, this.#inBase64)) ||
      numbersIn(text).some((bytes) => holds(bytes, WINDOW, this.#pieces))
    );
  }

  #add(secret: Buffer): void {
    for (let at = 0; at + WINDOW <= secret.length; at++) {
      const piece = secret.subarray(at, at + WINDOW);
      this.#pieces.add(piece.toString('latin1'));
      this.#inHex.add(piece.toString('hex'));
      this.#inBase64.add(piece.toString('base64').slice(0, BASE64_WINDOW));
    }
  }
}

/** The first 15 of 16 bytes: 3 bytes are 4 characters, wherever they are in what was encoded. */
const BASE64_WINDOW = 20;

/** Tells whether a text holds one of these pieces, which are all as long as the window. */
export function holds(text: string, window: number, pieces: Set<string>): boolean {
  for (let at = 0; at + window <= text.length; at++) {
    if (pieces.has(text.slice(at, at + window))) return true;
  }
  return false;
}

/** Runs of hexadecimal digits, also in pairs: `0a1b`, `0A:1B`, `0x0a, 0x1b`. */
function hexIn(text: string): string[] {
  const runs = text.toLowerCase().match(/(?:(?:0x)?[0-9a-f]{2}[\s:,-]{0,2}){16,}/g) ?? [];
  return runs.map((run) => run.replaceAll(/0x|[^0-9a-f]/g, ''));
}

/** Both alphabets of RFC 4648. */
function base64In(text: string): string[] {
  return text.replaceAll('-', '+').replaceAll('_', '/').match(/[a-z0-9+/]{20,}/gi) ?? [];
}

/** Rows of decimal numbers, as arrays are written: `1,2,3`, `[1, 2]` or `{"0":1,"1":2}`. */
function numbersIn(text: string): string[] {
  const rows = text.replaceAll(/"\d+": ?/g, '').match(/\d{1,3}(?:,\s*\d{1,3}){15,}/g) ?? [];
  return rows.map((row) => String.fromCharCode(...row.split(',').map(Number)));
}

/** RFC 9605, section 5.1: the base key after each of the seven steps that a generation has. */
export function ratcheted(baseKey: Uint8Array): Buffer[] {
  const keys: Buffer[] = [];
  for (let key = Buffer.from(baseKey); keys.length < 7; keys.push(key)) {
    key = Buffer.from(hkdfSync('sha256', key, '', 'SFrame 1.0 Ratchet', key.length));
  }
  return keys;
}

/** The P-256 key pair of a private key; `undefined` for bytes that are none. */
export function keyPair(privateKey: Uint8Array): KeyPair | undefined {
  const ecdh = createECDH('prime256v1');
  try {
    ecdh.setPrivateKey(privateKey);
  } catch {
    return undefined;
  }
  return {
    publicKey: Buffer.from(ecdh.getPublicKey('hex', 'compressed'), 'hex'),
    agree: (publicKey) => ecdh.computeSecret(publicKey),
  };
}

export interface KeyPair {
  /** SEC1, compressed. */
  publicKey: Buffer;
  /** Returns what the owner of the other key pair has in common with this one's: a secret. */
  agree(publicKey: Buffer): Buffer;
}
