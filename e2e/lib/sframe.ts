/** As much of RFC 9605 as shows which key sealed an audio frame, independently of the package. */

import { createDecipheriv, hkdfSync } from 'node:crypto';

/** `AES_128_GCM_SHA256_128`, the package's default: RFC 9605, section 4.5. */
const SUITE = 4;
const KEY_LENGTH = 16;
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

/** What is authenticated besides the header of an audio frame: version 1, kind 0. */
const METADATA = Buffer.from([1, 0]);

/** Tells whether a sealed audio frame opens with a base key. */
export function opensWith(baseKey: Uint8Array, sealed: Buffer): boolean {
  const { length, keyId, counter } = parseHeader(sealed);
  const derive = (what: string, length: number) => {
    const label = Buffer.alloc(10);
    label.writeBigUInt64BE(keyId);
    label.writeUInt16BE(SUITE, 8);
    const info = Buffer.concat([Buffer.from(`SFrame 1.0 Secret ${what} `), label]);
    return Buffer.from(hkdfSync('sha256', baseKey, '', info, length));
  };
  const nonce = derive('salt', NONCE_LENGTH);
  nonce.writeBigUInt64BE(nonce.readBigUInt64BE(4) ^ counter, 4);
  const decipher = createDecipheriv('aes-128-gcm', derive('key', KEY_LENGTH), nonce);
  decipher.setAAD(Buffer.concat([sealed.subarray(0, length), METADATA]));
  decipher.setAuthTag(sealed.subarray(-TAG_LENGTH));
  decipher.update(sealed.subarray(length, -TAG_LENGTH));
  try {
    decipher.final();
    return true;
  } catch {
    return false;
  }
}

/** Section 4.3: a byte that says how long the two numbers are, or holds them. */
function parseHeader(sealed: Buffer): { length: number; keyId: bigint; counter: bigint } {
  let length = 1;
  const [keyId, counter] = [sealed[0]! >> 4, sealed[0]! & 15].map((nibble) => {
    if (nibble < 8) return BigInt(nibble);
    const bytes = sealed.subarray(length, (length += (nibble & 7) + 1));
    return BigInt(`0x${bytes.toString('hex')}`);
  });
  return { length, keyId: keyId!, counter: counter! };
}
