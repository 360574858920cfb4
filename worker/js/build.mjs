// Builds the npm package into dist/: the client, the worker in two forms, and the client's types.
//
// wasm/ must hold the output of wasm-bindgen; `cargo xtask build` makes it and then runs this.

import { spawnSync } from 'node:child_process';
import { cp, mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

process.chdir(dirname(fileURLToPath(import.meta.url)));
await rm('dist', { recursive: true, force: true });
await mkdir('dist');

const common = {
  absWorkingDir: process.cwd(), // esbuild remembers where it was imported
  bundle: true,
  minify: true,
  legalComments: 'none',
  sourcemap: true,
  target: 'es2022',
  logLevel: 'warning',
};

await Promise.all([
  esbuild.build({
    ...common,
    entryPoints: ['src/client/index.ts'],
    outfile: 'dist/frameseal.js',
    format: 'esm',
  }),
  // A module worker: loads frameseal_bg.wasm from its own folder.
  esbuild.build({
    ...common,
    entryPoints: ['src/worker/index.ts'],
    outfile: 'dist/worker.js',
    format: 'esm',
  }),
  // A classic worker that loads nothing: for bundlers and hosts that want one file.
  esbuild.build({
    ...common,
    entryPoints: ['src/worker/index.ts'],
    outfile: 'dist/worker.single.js',
    format: 'iife',
    // The place of a module file that is never asked for; a worker from a blob has no place.
    define: { 'import.meta.url': '"https://frameseal.invalid/"' },
    loader: { '.wasm': 'binary' },
    sourcemap: false, // would hold the module a second time
    plugins: [embedModule()],
  }),
  cp('wasm/frameseal_bg.wasm', 'dist/frameseal_bg.wasm'),
  // The declarations of the client name the generated types of its messages.
  cp('wasm/frameseal.d.ts', 'dist/types/wasm/frameseal.d.ts'),
]);
declareTypes();

// Replaces wasm-bindgen's glue by the same glue whose default export instantiates embedded bytes.
function embedModule() {
  const glue = join(process.cwd(), 'wasm/frameseal.js');
  return {
    name: 'embed-module',
    setup(build) {
      build.onResolve({ filter: /\/wasm\/frameseal\.js$/ }, ({ namespace }) =>
        namespace === 'embed-module' ? { path: glue } : { path: glue, namespace: 'embed-module' },
      );
      build.onLoad({ filter: /.*/, namespace: 'embed-module' }, () => ({
        resolveDir: process.cwd(),
        contents: `
          import init from './wasm/frameseal.js';
          import bytes from './wasm/frameseal_bg.wasm';
          export * from './wasm/frameseal.js';
          export default () => init({ module_or_path: bytes });`,
      }));
    },
  };
}

function declareTypes() {
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
  const { status } = spawnSync(process.execPath, [join(typescript, 'bin/tsc')], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
