/**
 * Lets the WebAssembly module of the script that is imported next trap when it is told to.
 *
 * A module that does nothing but trap takes the place of every function of the other, so what is
 * thrown is what a bug in Rust would throw, from whatever call comes next.
 */

import { answer } from './answer.ts';
import { wrapExports } from './exports.ts';
import { isWanted } from './extras.ts';

/**
 * `(module (func (export "trap") unreachable))`: magic and version, then a section each for the
 * type, the function, its export and its code.
 */
const TRAP = Uint8Array.from(
  [
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    [0x01, 0x04, 0x01, 0x60, 0x00, 0x00],
    [0x03, 0x02, 0x01, 0x00],
    [0x07, 0x08, 0x01, 0x04, 0x74, 0x72, 0x61, 0x70, 0x00, 0x00],
    [0x0a, 0x05, 0x01, 0x03, 0x00, 0x00, 0x0b],
  ].flat(),
);

let trapped = false;
answer('trap', () => (trapped = true));

const trap = new WebAssembly.Instance(new WebAssembly.Module(TRAP)).exports['trap'] as () => never;

if (isWanted('trap')) {
  wrapExports((_, exported) => {
    return (...args) => (trapped ? trap() : exported(...args));
  });
}
