// Packs what build.mjs built into target/package/, as npm gets it.

import { execFileSync } from 'node:child_process';
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

// npm packs one folder, and the licences are the whole project's.
const CONTENTS = [
  'worker/js/package.json',
  'worker/js/README.md',
  'worker/js/dist',
  'worker/js/install.js',
  'worker/js/negotiation.js',
  'LICENSE-APACHE',
  'LICENSE-MIT',
];

// Returns the path of the tarball.
export async function pack() {
  const destination = join(ROOT, 'target/package');
  const folder = join(destination, 'frameseal');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const path of CONTENTS) {
    await cp(join(ROOT, path), join(folder, path.replace('worker/js/', '')), { recursive: true });
  }
  const args = ['pack', folder, '--pack-destination', destination, '--silent'];
  const name = execFileSync('npm', args, { encoding: 'utf8' }).trim();
  return join(destination, name);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await pack());
