/** Serves one example: its two versions, the relay, and the server that its library needs. */

import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import sirv from 'sirv';
import { relay, type Relay } from './relay.ts';

export const EXAMPLES = join(dirname(fileURLToPath(import.meta.url)), '..');

/** What an example's `server.ts` exports as `start`. */
export type Start = (http: Server) => Promise<ExampleServer>;

export interface ExampleServer {
  /** For the page: `server` of `page.ts`. */
  readonly url?: string;
  /** Whether a member is there. */
  knows?(member: string): boolean;
  stop?(): Promise<void>;
}

export interface ServeOptions {
  /** By default any. */
  port?: number;
  /** A module that stands in for `frameseal`. */
  frameseal?: string;
  /** A script in place of the package's `worker.js`. */
  worker?: string;
  /** Has the page talk to something between itself and the example's server; returns its URL. */
  between?: (url: string) => Promise<string>;
}

export interface Served<Example extends ExampleServer = ExampleServer> {
  /** For example `http://127.0.0.1:8090`. */
  readonly origin: string;
  readonly relay: Relay;
  readonly example: Example | undefined;
  close(): Promise<void>;
}

/** @param name of the folder. */
export async function serve<Example extends ExampleServer>(
  name: string,
  { port = 0, between, ...options }: ServeOptions = {},
): Promise<Served<Example>> {
  const folder = join(EXAMPLES, name);
  const files = await bundle(folder, options.frameseal);
  if (options.worker) files.set('worker.js', options.worker);
  const besides = sirv(PACKAGE, { dev: true });
  let server = '';
  const http = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://page').pathname;
    const file = files.get(basename(path));
    if (file) {
      response.setHeader('content-type', 'text/javascript').end(file);
    } else if (path === '/' || path === '/plain') {
      const script = path === '/' ? 'sealed.js' : 'plain.js';
      response.setHeader('content-type', 'text/html').end(page(name, script, server));
    } else {
      besides(request, response, () => void response.writeHead(404).end());
    }
  });
  await once(http.listen(port, '127.0.0.1'), 'listening');
  const { start } = existsSync(join(folder, 'server.ts'))
    ? ((await import(`../${name}/server.ts`)) as { start: Start })
    : {};
  const example = (await start?.(http)) as Example | undefined;
  if (example?.url) server = between ? await between(example.url) : example.url;
  return {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    relay: relay(http),
    example,
    async close() {
      await example?.stop?.();
      http.closeAllConnections();
      await new Promise((closed) => http.close(closed));
    },
  };
}

/** The worker, and its WebAssembly: Frameseal looks for them beside the page's script. */
export const PACKAGE = fileURLToPath(new URL('../../worker/js/dist', import.meta.url));

/** As anybody would call esbuild; returns the files by name. */
async function bundle(folder: string, frameseal?: string): Promise<Map<string, string>> {
  const versions = (await readdir(folder)).filter((file) => /^(plain|sealed)\.tsx?$/.test(file));
  const { outputFiles } = await build({
    entryPoints: versions.map((file) => join(folder, file)),
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxDev: true,
    sourcemap: 'inline',
    write: false,
    // The package's main file needs modules of Node.
    alias: { 'simple-peer': 'simple-peer/simplepeer.min.js' },
    plugins: frameseal ? [inPlaceOfFrameseal(frameseal)] : [],
    logLevel: 'warning',
  });
  return new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
}

/** Lets the stand-in alone import what it stands in for. */
function inPlaceOfFrameseal(module: string): Plugin {
  return {
    name: 'in-place-of-frameseal',
    setup({ onResolve }) {
      onResolve({ filter: /^frameseal$/ }, ({ importer }) =>
        importer === module ? undefined : { path: module },
      );
    },
  };
}

function page(name: string, script: string, server: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8" />
<title>${name}</title>
<link rel="icon" href="data:," />
<style>video { width: 320px; margin: 4px; background: #222 }</style>
<body data-server="${server}">
<script type="module" src="/${script}"></script>
</body>
</html>`;
}
