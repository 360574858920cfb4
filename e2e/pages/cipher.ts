/** Runs the module of `aes-gcm-simd128/verification`, which is the cipher with what judges it. */

interface Cipher {
  default(options: { module_or_path: Promise<Response> }): Promise<unknown>;
  vectors(): Uint32Array;
  compare(seed: bigint, cases: number): void;
}

const url = '/cipher/cipher.js'; // in a variable: it is not bundled
const cipher = import(url).then(async (module: Cipher) => {
  await module.default({ module_or_path: fetch('/cipher/cipher_bg.wasm') });
  return module;
});

/** Checks all vectors; returns how many there were. */
export async function vectors(): Promise<Record<string, number>> {
  const [nist128, nist256, refused, sealed] = (await cipher).vectors();
  return { nist128: nist128!, nist256: nist256!, refused: refused!, sealed: sealed! };
}

/** Compares so many cases with another implementation; throws what differs. */
export async function compare(seed: bigint, cases: number): Promise<void> {
  (await cipher).compare(seed, cases);
}
