/** Serves the test pages and the built `frameseal` package to the browsers. */

import { createServer, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
 * Serves what `build.mjs` made of the `pages/` and `workers/` of a folder, and the package, as
 * published, at `/frameseal/`.
 *
 * `headers` go out with every response, workers' scripts included.
 */
export async function serve(headers: OutgoingHttpHeaders = {}, folder = E2E): Promise<Server> {
  // `dev`: files are looked up when they are asked for.
  const sources = sirv(folder, { dev: true });
  const bundles = sirv(join(folder, 'dist'), { dev: true });
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
