/** Serves the test pages and the built `frameseal` package to the browsers. */

import { createServer, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import sirv from 'sirv';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const SOURCES = here('..');
const BUNDLES = here('../dist');
const PACKAGE = here('../../../worker/js/dist');

export interface Server {
  /** For example `http://127.0.0.1:41234`. */
  origin: string;
  close(): Promise<void>;
}

/**
 * Bundles the pages and serves them at `/pages/`, and the package, as published, at `/frameseal/`.
 *
 * `headers` go out with every response, workers' scripts included.
 */
export async function serve(headers: OutgoingHttpHeaders = {}): Promise<Server> {
  await bundle();
  // `dev`: files are looked up when they are asked for.
  const sources = sirv(SOURCES, { dev: true });
  const bundles = sirv(BUNDLES, { dev: true });
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

/** Bundles what runs in the browsers; the package itself stays as built, beside the bundles. */
async function bundle(): Promise<void> {
  await build({
    entryPoints: [here('../pages/*.ts'), here('../workers/*.ts')],
    outdir: BUNDLES,
    bundle: true,
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
