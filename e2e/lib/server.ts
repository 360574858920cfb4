/** Serves the test pages and the built `frameseal` package to the browsers. */

import { createServer, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import sirv from 'sirv';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const E2E = here('..');
const PACKAGE = here('../../worker/js/dist');

export interface Server {
  /** For example `http://127.0.0.1:41234`. */
  origin: string;
  close(): Promise<void>;
}

/**
 * Bundles `pages/` and `workers/` of a folder and serves them there, and the package, as published,
 * at `/frameseal/`.
 *
 * `headers` go out with every response, workers' scripts included.
 */
export async function serve(headers: OutgoingHttpHeaders = {}, folder = E2E): Promise<Server> {
  const dist = join(folder, 'dist');
  await bundle(folder, dist);
  // `dev`: files are looked up when they are asked for.
  const sources = sirv(folder, { dev: true });
  const bundles = sirv(dist, { dev: true });
  const frameseal = sirv(PACKAGE, { dev: true });

  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) response.setHeader(name, value);
    }
    const missing = () => void response.writeHead(404).end();
    if (request.url?.startsWith('/frameseal/')) {
      request.url = request.url.slice('/frameseal'.length);
      frameseal(request, response, missing);
    } else {
      bundles(request, response, () => void sources(request, response, missing));
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));

  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/**
 * Bundles what runs in the browsers. The package itself stays as built, beside the bundles, and so
 * do other packages' modules.
 */
async function bundle(folder: string, dist: string): Promise<void> {
  await build({
    entryPoints: [join(folder, 'pages/*.ts'), join(folder, 'workers/*.ts')],
    outbase: folder,
    outdir: dist,
    bundle: true,
    loader: { '.mjs': 'copy' },
    format: 'esm',
    target: 'es2022',
    sourcemap: 'inline',
    alias: { 'frameseal/worker.js': '/frameseal/worker.js', frameseal: '/frameseal/frameseal.js' },
    external: ['/frameseal/*'],
    plugins: [scriptsApart],
    logLevel: 'warning',
  });
}

/** Bundled code runs after what is imported, so scripts that must run first stay apart. */
const scriptsApart: Plugin = {
  name: 'scripts-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/[^/]+\.js$/ }, ({ path }) => ({ path, external: true }));
  },
};
