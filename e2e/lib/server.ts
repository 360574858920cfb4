/** Serves the test pages and the built `frameseal` package to the browsers. */

import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const E2E = here('..');
const PACKAGE = here('../../worker/js/dist');
const CIPHER = here('../../target/cipher');

/** With them, a page has clocks of 5 (Chromium) and 20 µs (Firefox) instead of 0.1 and 1 ms. */
export const FINE_CLOCKS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** A page is a module of its name, whose exports are for whoever drives it: see `pages/page.ts`. */
const PAGE = `<!doctype html>
<title>Frameseal</title>
<link rel="icon" href="data:," />
<script type="module" src="page.js"></script>`;

export interface Server {
  /** For example `http://127.0.0.1:41234`. */
  origin: string;
  close(): Promise<void>;
}

/**
 * Serves what `build.mjs` made of the `pages/` and `workers/` of a folder, and the package, as
 * published, at `/frameseal/`: this checkout's, or what is `packed` elsewhere. The verified cipher is at
 * `/cipher/`.
 *
 * `headers` go out with every response, workers' scripts included.
 */
export async function serve(
  headers: Record<string, string> = {},
  folder = E2E,
  packed = PACKAGE,
): Promise<Server> {
  // `dev`: files are looked up when they are asked for.
  const bundles = sirv(join(folder, 'dist'), { dev: true });
  const ours = sirv(join(E2E, 'dist'), { dev: true });
  const frameseal = sirv(packed, { dev: true });
  const cipher = sirv(CIPHER, { dev: true });

  return listen((request, response) => {
    response.setHeaders(new Map(Object.entries(headers)));
    const missing = () => void response.writeHead(404).end();
    const { url = '' } = request;
    if (url.endsWith('.html')) {
      response.setHeader('content-type', 'text/html').end(PAGE);
    } else if (url === '/pages/page.js') {
      ours(request, response, missing);
    } else if (url.startsWith('/frameseal/')) {
      request.url = url.slice('/frameseal'.length);
      frameseal(request, response, missing);
    } else if (url.startsWith('/cipher/')) {
      request.url = url.slice('/cipher'.length);
      cipher(request, response, missing);
    } else {
      bundles(request, response, missing);
    }
  });
}

/** Serves the files of a folder as they are, with `headers`. */
export function serveFolder(folder: string, headers: Record<string, string> = {}): Promise<Server> {
  const files = sirv(folder, { dev: true });
  return listen((request, response) => {
    response.setHeaders(new Map(Object.entries(headers)));
    files(request, response, () => void response.writeHead(404).end());
  });
}

async function listen(handler: RequestListener): Promise<Server> {
  const server = createServer(handler);
  await once(server.listen(0, '127.0.0.1'), 'listening');

  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server.close(), 'close');
      server.closeAllConnections();
      await closed;
    },
  };
}
