/** Serves one example: its two versions, the relay, and the server that its library needs. */

import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import sirv from 'sirv';
import { relay, type Relay } from './relay.ts';

export const EXAMPLES = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Those that a browser runs. */
export function examples(): string[] {
  return readdirSync(EXAMPLES).filter((name) => sources(name).length > 0);
}

/** The two versions of an example. */
export function sources(name: string): string[] {
  if (!/^\d\d-/.test(name)) return [];
  return readdirSync(join(EXAMPLES, name)).filter((file) => /^(plain|sealed)\.tsx?$/.test(file));
}

/** What an example's `server.ts` exports as `start`. */
export type Start = () => Promise<ExampleServer>;

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
  /** A script in place of the package's worker. */
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
  const files = await bundle(name, options.frameseal);
  if (options.worker) files.set(WORKER, options.worker);
  const example = (await startServer(name)) as Example | undefined;
  const { url = '' } = example ?? {};
  const server = url && between ? await between(url) : url;
  files.set('', page(name, 'sealed.js', server)).set('plain', page(name, 'plain.js', server));

  const besides = sirv(PACKAGE, { dev: true });
  const http = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://page').pathname.slice(1);
    const file = files.get(path);
    if (file === undefined) {
      besides(request, response, () => void response.writeHead(404).end());
    } else {
      response.setHeader('content-type', path.endsWith('.js') ? 'text/javascript' : 'text/html');
      response.end(file);
    }
  });
  await once(http.listen(port, '127.0.0.1'), 'listening');
  const relaying = relay(http);
  return {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    relay: relaying,
    example,
    async close() {
      await example?.stop?.();
      relaying.close();
      http.closeAllConnections();
      await new Promise((closed) => http.close(closed));
    },
  };
}

/** What `server.ts` of an example starts, if it has one. */
async function startServer(name: string): Promise<ExampleServer | undefined> {
  if (!existsSync(join(EXAMPLES, name, 'server.ts'))) return undefined;
  const { start } = (await import(`../${name}/server.ts`)) as { start: Start };
  return start();
}

/** The package: Frameseal looks for its worker and WebAssembly beside the page's script. */
export const PACKAGE = fileURLToPath(new URL('../../worker/js/dist', import.meta.url));
export const WORKER = 'frameseal.worker.js';

/** As anybody would call esbuild; returns the files by name. */
async function bundle(name: string, frameseal?: string): Promise<Map<string, string>> {
  const folder = join(EXAMPLES, name);
  const { outputFiles } = await build({
    entryPoints: sources(name).map((file) => join(folder, file)),
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
