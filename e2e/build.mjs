// Bundles what runs in the browsers, pages/ and workers/, into dist/: of this folder, or of the one
// that is named.
//
// The package itself stays as built, beside the bundles, and so do other packages' modules.

import { rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const folder = resolve(process.argv[2] ?? dirname(fileURLToPath(import.meta.url)));
const outdir = join(folder, 'dist');

/** Bundled code runs after what is imported, so scripts that must run first stay apart. */
const scriptsApart = {
  name: 'scripts-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/[^/]+\.js$/ }, ({ path }) => ({ path, external: true }));
  },
};

await rm(outdir, { recursive: true, force: true });
await esbuild.build({
  entryPoints: [join(folder, 'pages/*.ts'), join(folder, 'workers/*.ts')],
  outbase: folder,
  outdir,
  bundle: true,
  loader: { '.mjs': 'copy' },
  format: 'esm',
  target: 'es2022',
  sourcemap: 'inline',
  alias: {
    'frameseal/install.js': '/frameseal/install.js',
    'frameseal/negotiation.js': '/frameseal/negotiation.js',
    'frameseal/worker.js': '/frameseal/frameseal.worker.js',
    frameseal: '/frameseal/frameseal.js',
  },
  external: ['/frameseal/*'],
  plugins: [scriptsApart],
  logLevel: 'warning',
});
