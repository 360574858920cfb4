// Builds the demo's two pages into dist/: everything that the server serves.
//
// Next to each page lie the worker and its wasm module, where Frameseal looks for them first.

import { cp, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

process.chdir(dirname(fileURLToPath(import.meta.url)));
await rm('dist', { recursive: true, force: true });

async function page(outdir, entryPoints) {
  await esbuild.build({
    absWorkingDir: process.cwd(), // esbuild remembers where it was imported
    entryPoints,
    outdir,
    bundle: true,
    format: 'esm',
    external: ['./frameseal.worker.inline.js'], // where it would look next
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.html': 'copy', '.svg': 'copy' },
    sourcemap: true,
    target: 'es2022',
    logLevel: 'warning',
  });
  for (const [specifier, file] of [
    ['worker.js', 'frameseal.worker.js'],
    ['frameseal_bg.wasm', 'frameseal_bg.wasm'],
  ]) {
    await cp(fileURLToPath(import.meta.resolve(`frameseal/${specifier}`)), `${outdir}/${file}`);
  }
}

await page('dist', ['page/index.html', 'page/icon.svg', 'page/main.tsx', 'page/style.css']);
await page('dist/inspect', [
  'page/inspect/index.html',
  'page/inspect/main.ts',
  'page/inspect/style.css',
  { in: 'page/inspect/worker/bob.ts', out: 'bob' },
]);
