const NAMES: readonly CipherSuite[] = [
  'AES_128_CTR_HMAC_SHA256_80',
  'AES_128_CTR_HMAC_SHA256_64',
  'AES_128_CTR_HMAC_SHA256_32',
  'AES_128_GCM_SHA256_128',
  'AES_256_GCM_SHA512_128',
  'AES_256_CTR_HMAC_SHA512_80',
  'AES_256_CTR_HMAC_SHA512_64',
  'AES_256_CTR_HMAC_SHA512_32',
];

/**
 * Name of a cipher suite in IANA's registry "SFrame Cipher Suites" (RFC 9605, section 8.1).
 *
 * The last number is the length of the tag in bits: 128 for media that must not be forged; 32 only
 * where every byte counts, as one forgery in 2^32 succeeds.
 */
export type CipherSuite =
  | 'AES_128_CTR_HMAC_SHA256_80'
  | 'AES_128_CTR_HMAC_SHA256_64'
  | 'AES_128_CTR_HMAC_SHA256_32'
  | 'AES_128_GCM_SHA256_128'
  | 'AES_256_GCM_SHA512_128'
  | 'AES_256_CTR_HMAC_SHA512_80'
  | 'AES_256_CTR_HMAC_SHA512_64'
  | 'AES_256_CTR_HMAC_SHA512_32';

/** Returns the number that IANA gave to a cipher suite, or `undefined` for no suite's name. */
export function cipherSuiteNumber(name: string): number | undefined {
  const index = (NAMES as readonly string[]).indexOf(name);
  return index < 0 ? undefined : index + 1;
}
