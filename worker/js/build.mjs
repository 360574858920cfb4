// Builds the npm package into dist/: the client, the worker in two forms, and their declarations.
//
// wasm/ must hold the output of wasm-bindgen; `cargo xtask build` makes it and then runs this.

import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { minify } from 'terser';
import { declare } from './declarations.mjs';

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

// What of wasm-bindgen's glue is of no use: the one session lives as long as its worker.
const worker = {
  ...common,
  entryPoints: ['src/worker/index.ts'],
  define: { 'Symbol.dispose': 'undefined' },
  drop: ['console'],
};

// What the page imports: each file stands for itself.
const entries = {
  frameseal: 'src/client/index.ts',
  install: 'src/install/index.ts',
  negotiation: 'src/negotiation/index.ts',
};

await Promise.all([
  ...Object.entries(entries).map(([name, entryPoint]) =>
    esbuild.build({
      ...common,
      entryPoints: [entryPoint],
      outfile: `dist/${name}.js`,
      format: 'esm',
      external: ['./frameseal.worker.inline.js'],
    }),
  ),
  // A module worker: loads frameseal_bg.wasm from its own folder.
  esbuild.build({
    ...worker,
    outfile: 'dist/frameseal.worker.js',
    format: 'esm',
  }),
  // A classic worker that loads nothing: for bundlers and hosts that want one file.
  esbuild.build({
    ...worker,
    outfile: 'dist/frameseal.worker.single.js',
    format: 'iife',
    loader: { '.wasm': 'binary' },
    sourcemap: false, // would hold the module a second time
    plugins: [embedModule()],
  }),
  cp('wasm/frameseal_bg.wasm', 'dist/frameseal_bg.wasm'),
]);
await inlineWorker();
await Promise.all([...Object.keys(entries), 'frameseal.worker'].map((name) => shrink(`${name}.js`)));
await declare(entries, ['frameseal.worker', 'frameseal.worker.single', 'frameseal_bg.wasm']);

// Makes smaller what esbuild has minified: by 3 %, all told.
async function shrink(name) {
  const path = `dist/${name}`;
  const content = await readFile(`${path}.map`, 'utf8');
  const { code, map } = await minify(await readFile(path, 'utf8'), {
    module: true,
    ecma: 2022,
    // Nothing of ours is called with `new` or `this` that its form does not allow for, and nothing
    // happens where a property is read.
    compress: {
      passes: 6,
      hoist_funs: true,
      keep_fargs: false,
      pure_getters: true,
      unsafe_arrows: true,
      unsafe_methods: true,
    },
    mangle: { properties: { regex: /^__wbg_ptr$|^__destroy_into_raw$/ } }, // the glue's own
    sourceMap: { content, url: `${name}.map` },
  });
  await writeFile(path, code);
  await writeFile(`${path}.map`, map);
}

// Has the wasm module embedded where it would be loaded.
function embedModule() {
  return {
    name: 'embed-module',
    setup(build) {
      build.onLoad({ filter: /src\/worker\/load\.ts$/ }, () => ({
        resolveDir: process.cwd(),
        contents: `
          import { initSync } from './wasm/frameseal.js';
          import bytes from './wasm/frameseal_bg.wasm';
          export const load = async () => void initSync({ module: await WebAssembly.compile(bytes) });`,
      }));
    },
  };
}

// Makes the one script a module that any bundler takes along, for pages where no file lies beside.
async function inlineWorker() {
  const script = await readFile('dist/frameseal.worker.single.js', 'utf8');
  await writeFile('dist/frameseal.worker.inline.js', `export default ${JSON.stringify(script)};\n`);
}
