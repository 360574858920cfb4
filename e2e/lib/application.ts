/** Applications as somebody else has them: in a folder of their own, with the package as it is packed. */

import { execFile, type ExecFileOptions } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
import { freePort, RunningProgram } from './process.ts';
import type { Server } from './server.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What the application consists of, bundlers not. */
export const SOURCES = here('../bundlers/app');
const BUNDLERS = here('../bundlers');
const PACK = here('../../worker/js/pack.mjs');
const FOLDER = here('../../target/bundlers');

const PAGE = `<!doctype html>
<title>Frameseal</title>
<link rel="icon" href="data:," />
`;

export class Application {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes the application of `bundlers/app/`, anew, in JavaScript. */
  static async create(name: string): Promise<Application> {
    const folder = join(FOLDER, 'apps', name);
    await rm(folder, { recursive: true, force: true });
    const application = new Application(folder);
    await application.write('package.json', '{ "private": true, "type": "module" }');
    await application.write('index.html', page('src/index.js', 'type="module"'));
    for (const file of await readdir(SOURCES, { recursive: true })) {
      if (!extname(file)) continue;
      const source = await readFile(join(SOURCES, file), 'utf8');
      const isScript = extname(file) === '.ts';
      const { code } = isScript ? await transform(source, { loader: 'ts' }) : { code: source };
      await application.write(`src/${file.replace('.ts', '.js')}`, code);
    }
    await cp(await unpacked(), join(folder, 'node_modules/frameseal'), { recursive: true });
    return application;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  async write(name: string, content: string): Promise<void> {
    await mkdir(dirname(this.path(name)), { recursive: true });
    await writeFile(this.path(name), content);
  }

  /** Runs the program of a package, and waits for its end. */
  async run(name: string, ...args: string[]): Promise<void> {
    await run(process.execPath, [await this.#program(name), ...args], this.#options);
  }

  /**
   * Runs the server of a package until it is closed.
   *
   * @param args `PORT` among them is where to listen.
   */
  async serve(name: string, ready: RegExp, ...args: string[]): Promise<Server> {
    const port = String(await freePort());
    const given = args.map((arg) => arg.replace('PORT', port));
    const { cwd, env: environment } = this.#options;
    const program = await RunningProgram.start(process.execPath, {
      args: [await this.#program(name), ...given],
      ready,
      cwd,
      environment,
    });
    return { origin: `http://127.0.0.1:${port}`, close: () => program.stop() };
  }

  /** The script of a package's program, as its `package.json` names it. */
  async #program(name: string): Promise<string> {
    const folder = packageFolder(name, this.folder);
    const { bin } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    return join(folder, typeof bin === 'string' ? bin : Object.values<string>(bin)[0]!);
  }

  get #options() {
    return {
      cwd: this.folder,
      env: { ...process.env, NO_COLOR: '1', NEXT_TELEMETRY_DISABLED: '1' },
    };
  }
}

/** A page that loads a script. */
export function page(script: string, attributes = 'defer', head = ''): string {
  return `${PAGE}${head}<script ${attributes} src="${script}"></script>\n`;
}

/** Installs the bundlers, the first time. */
export async function installBundlers(): Promise<void> {
  const lock = await readFile(join(BUNDLERS, 'package-lock.json'), 'utf8');
  const installed = join(FOLDER, 'node_modules/.installed-lock.json');
  if (existsSync(installed) && (await readFile(installed, 'utf8')) === lock) return;
  await mkdir(FOLDER, { recursive: true });
  for (const file of ['.npmrc', 'package.json', 'package-lock.json']) {
    await cp(join(BUNDLERS, file), join(FOLDER, file));
  }
  await run('npm', ['ci'], { cwd: FOLDER });
  await writeFile(installed, lock);
}

/** The version of a package that applications get. */
export async function versionOf(name: string): Promise<string> {
  const manifest = join(packageFolder(name, join(FOLDER, 'apps')), 'package.json');
  return JSON.parse(await readFile(manifest, 'utf8')).version;
}

function packageFolder(name: string, from: string): string {
  const places = createRequire(join(from, 'index.js')).resolve.paths(name)!;
  const folder = places.map((place) => join(place, name)).find((folder) => existsSync(folder));
  if (!folder) throw new Error(`not installed: ${name}`);
  return folder;
}

/** Packs what was built of the package; returns the archive. */
export async function pack(): Promise<string> {
  return (await run(process.execPath, [PACK])).trim();
}

/** The folder of what the archive holds. */
function unpacked(): Promise<string> {
  return (unpacking ??= pack().then(async (archive) => {
    await mkdir(FOLDER, { recursive: true });
    await run('tar', ['xzf', archive, '-C', FOLDER]);
    return join(FOLDER, 'package');
  }));
}

let unpacking: Promise<string> | undefined;

/** Runs a command to its end; returns what it prints, or rejects with that. */
export async function run(program: string, args: string[], options: ExecFileOptions = {}): Promise<string> {
  const running = promisify(execFile)(program, args, { ...options, encoding: 'utf8' });
  const { stdout } = await running.catch(({ message, stdout }) => {
    throw new Error(`${message}\n${stdout}`);
  });
  return stdout;
}
