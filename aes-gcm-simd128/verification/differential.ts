/**
 * Compares seeded cases with crate `aes-gcm`, both compiled to WebAssembly. Writes how many, and how fast.
 *
 *     node --import tsx differential.ts GLUE JSON CASES SEED
 */

import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { load } from './module.ts';

/** Cases of one call, and of one line that is printed. */
const [CALL, LINE] = [1000, 1_000_000];

const [glue = '', json = '', all, first = ''] = process.argv.slice(2);
const cases = Number(all);
const seed = BigInt(first);
const { cipher } = await load(glue);

const start = performance.now();
let done = 0;
while (done < cases) {
  const next = Math.min(CALL, cases - done);
  cipher.compare(seed + BigInt(done), next);
  done += next;
  if (done % LINE === 0) console.log(`${done} cases`);
}
const seconds = (performance.now() - start) / 1000;
const perSecond = Math.round(done / seconds);
console.log(`${done} cases from seed ${seed} are the same, ${perSecond} cases/s`);
writeFileSync(json, `${JSON.stringify({ cases: done, seed: first, seconds, perSecond })}\n`);
