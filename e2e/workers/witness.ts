/**
 * Learns the secrets of the script that is imported next, and what that script says aloud.
 *
 * All that the session keeps to itself begins with random bytes; so whoever keeps a copy of those
 * knows what to look for in messages and logs.
 */

import { answer } from './answer.ts';
import type { Testimony } from './messages.ts';

const testimony: Testimony = { random: [], logs: [] };

const { getRandomValues } = Crypto.prototype;
Crypto.prototype.getRandomValues = function <T extends ArrayBufferView>(this: Crypto, array: T): T {
  Reflect.apply(getRandomValues, this, [array]);
  const { buffer, byteOffset, byteLength } = array;
  testimony.random.push(new Uint8Array(buffer, byteOffset, byteLength).slice());
  return array;
};

for (const name of ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const) {
  const original = console[name];
  console[name] = (...args: unknown[]) => {
    testimony.logs.push(args);
    Reflect.apply(original, console, args);
  };
}

// The whole page can listen here, but only a test knows the name.
answer('witness', () => testimony);
