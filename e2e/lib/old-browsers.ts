/** Browsers of other versions than the installed ones, from public packages; kept in `target/browsers`. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { launch, type BrowserName } from './browsers.ts';
import { OldChromium } from './old-chromium.ts';
import { RemotePage } from './remote-page.ts';

/** A browser that is not installed. */
export interface OldBrowser {
  name: BrowserName;
  /** Of the package: `@sparticuz/chromium` of npm, Debian's `firefox-esr`. */
  version: string;
}

/** The newest of which video frames have no `mimeType`. */
export const WITHOUT_MIME_TYPE: readonly OldBrowser[] = [
  { name: 'chromium', version: '119.0.2' },
  { name: 'firefox', version: '140' },
];

/** Everything from the first that is supported on: what differs is in docs/browsers.md. */
export const OLD_BROWSERS: readonly OldBrowser[] = [
  ...['106.0.2', '107.0.0', '112.0.2', '119.0.2', '121.0.0', '122.0.0', '127.0.0', '133.0.0'],
  ...['138.0.2', '140.0.0', '141.0.0', '147.0.2', '153.0.0'],
]
  .map((version): OldBrowser => ({ name: 'chromium', version }))
  .concat({ name: 'firefox', version: '140' });

/** A browser of either kind, as far as it is driven here. */
export interface AnyBrowser {
  name: BrowserName;
  version: string;
  /** Opens one of `pages/`. */
  open<Module>(origin: string, page: string): Promise<AnyPage<Module>>;
  close(): Promise<void>;
}

export type AnyPage<Module> = Pick<RemotePage<Module>, 'run' | 'close'>;

/** Starts a browser: without a version, the one that is installed. */
export async function start(name: BrowserName, version?: string): Promise<AnyBrowser> {
  const executablePath = version ? await fetchBrowser({ name, version }) : undefined;
  if (executablePath && name === 'chromium') {
    const old = await OldChromium.launch(executablePath);
    return {
      name,
      version: old.version,
      open: (origin, page) => old.open(origin, page),
      close: () => old.close(),
    };
  }
  const browser = await launch(name, executablePath ? { executablePath } : {});
  return {
    name,
    version: (await browser.version()).replace(/^.*\//, ''),
    open: (origin, page) => RemotePage.open(browser, origin, page),
    close: () => browser.close(),
  };
}

/** Returns the executable, after fetching its package the first time. */
async function fetchBrowser({ name, version }: OldBrowser): Promise<string> {
  const folder = join(CACHE, `${name}-${version}`);
  if (!existsSync(folder)) {
    const unfinished = `${folder}.part`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    await (name === 'chromium' ? fetchChromium : fetchFirefox)(version, unfinished);
    await rename(unfinished, folder);
  }
  return join(folder, name === 'chromium' ? 'chromium' : 'usr/lib/firefox-esr/firefox-esr');
}

async function fetchChromium(version: string, folder: string): Promise<void> {
  await run('npm', ['pack', `@sparticuz/chromium@${version}`, '--pack-destination', folder], folder);
  const [packed] = (await readdir(folder)).filter((file) => file.endsWith('.tgz'));
  await run('tar', ['xzf', packed!, '--strip-components=1'], folder);
  const compressed = await readFile(join(folder, 'bin/chromium.br'));
  await writeFile(join(folder, 'chromium'), await promisify(brotliDecompress)(compressed), {
    mode: 0o755,
  });
  await rm(join(folder, packed!));
}

/** The newest of a major version that Debian has. */
async function fetchFirefox(version: string, folder: string): Promise<void> {
  await run('apt-get', ['download', `firefox-esr=${version}.*`], folder);
  const [packed] = (await readdir(folder)).filter((file) => file.endsWith('.deb'));
  await run('dpkg-deb', ['--extract', packed!, '.'], folder);
  await rm(join(folder, packed!));
}

async function run(program: string, args: string[], cwd: string): Promise<void> {
  await promisify(execFile)(program, args, { cwd });
}

const CACHE = fileURLToPath(new URL('../../target/browsers', import.meta.url));
