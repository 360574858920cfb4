// Builds the demo page into dist/: everything that the server serves.
//
// Next to the page lie the worker and its wasm module, where `Frameseal.create` looks for them.

import { cp, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

process.chdir(dirname(fileURLToPath(import.meta.url)));
await rm('dist', { recursive: true, force: true });

await esbuild.build({
  absWorkingDir: process.cwd(), // esbuild remembers where it was imported
  entryPoints: [
    'page/inspect/index.html',
    'page/inspect/main.ts',
    'page/inspect/style.css',
    { in: 'page/icon.svg', out: 'icon' },
    { in: 'page/inspect/worker/bob.ts', out: 'bob' },
  ],
  outbase: 'page/inspect',
  outdir: 'dist',
  bundle: true,
  format: 'esm',
  loader: { '.html': 'copy', '.svg': 'copy' },
  sourcemap: true,
  target: 'es2022',
  logLevel: 'warning',
});
for (const file of ['worker.js', 'frameseal_bg.wasm']) {
  await cp(fileURLToPath(import.meta.resolve(`frameseal/${file}`)), `dist/${file}`);
}
