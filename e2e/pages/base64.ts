/** Bytes as text, for the way between a page and the driver, which carries JSON. */

export function bytesToBase64(bytes: Uint8Array): string {
  const CHUNK = 0x8000; // more arguments than this overflow the stack of `apply`
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(binary);
}

export function base64ToBytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
