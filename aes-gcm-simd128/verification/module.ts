/** The compiled cipher, with its buffers. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What wasm-bindgen exports. */
export interface Cipher {
  initSync(options: { module: Uint8Array }): { memory: { buffer: ArrayBuffer } };
  key(): number;
  nonce(): number;
  aad(): number;
  text(): number;
  tag(): number;
  set_key(length: number): boolean;
  seal(aad: number, text: number): boolean;
  seal_once(key: number, aad: number, text: number): boolean;
  open(aad: number, text: number): boolean;
  seal_with_branch(aad: number, text: number): boolean;
  compare(seed: bigint, cases: number): void;
}

/** Loads the module beside its `glue`. */
export async function load(glue: string): Promise<{ cipher: Cipher; memory: Uint8Array }> {
  const cipher = (await import(pathToFileURL(resolve(glue)).href)) as Cipher;
  const module = readFileSync(glue.replace(/\.js$/, '_bg.wasm'));
  const { memory } = cipher.initSync({ module });
  return { cipher, memory: new Uint8Array(memory.buffer) };
}
