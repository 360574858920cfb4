/** Browsers of other versions than the installed ones, from public packages; kept in `target/browsers`. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import type { Browser } from 'puppeteer-core';
import { launch, type BrowserName } from './browsers.ts';
import { OldChromium } from './old-chromium.ts';
import { Opener, type Pages } from './opener.ts';
import { RemotePage, type AnyPage } from './remote-page.ts';

/** A browser that is not installed. */
export interface OldBrowser {
  name: AnyName;
  /** Of the package: `@sparticuz/chromium` of npm, Debian's `firefox-esr`, `PyQt6-WebEngine` of PyPI. */
  version: string;
}

/** QtWebEngine is a Chromium for applications. */
export type AnyName = BrowserName | 'qtwebengine';

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
  .concat(['6.8', '6.10'].map((version): OldBrowser => ({ name: 'qtwebengine', version })))
  .concat({ name: 'firefox', version: '140' });

/** A browser of any kind, as far as it is driven here. */
export class AnyBrowser extends Opener {
  readonly name: AnyName;
  readonly version: string;
  readonly #browser: Browser | OldChromium;
  readonly #origin: string;

  private constructor(origin: string, name: AnyName, version: string, browser: Browser | OldChromium) {
    super();
    this.name = name;
    this.version = version;
    this.#browser = browser;
    this.#origin = origin;
  }

  /** @param version of the package: without, the browser that is installed. */
  static async start(origin: string, name: AnyName, version = ''): Promise<AnyBrowser> {
    const executablePath = version ? await fetchBrowser({ name, version }) : undefined;
    if (executablePath && name !== 'firefox') {
      const isQt = name === 'qtwebengine';
      const old = await (isQt ? OldChromium.launchQt(executablePath) : OldChromium.launch(executablePath));
      return new AnyBrowser(origin, name, old.version, old);
    }
    const browser = await launch(name as BrowserName, executablePath ? { executablePath } : {});
    const [, itsVersion = ''] = (await browser.version()).split('/');
    return new AnyBrowser(origin, name, itsVersion, browser);
  }

  override open<Name extends keyof Pages>(name: Name): Promise<AnyPage<Pages[Name]>> {
    const browser = this.#browser;
    if (browser instanceof OldChromium) return browser.open<Pages[Name]>(this.#origin, name);
    return RemotePage.open<Pages[Name]>(browser, this.#origin, name);
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

/** Returns the executable, after fetching its package the first time. */
async function fetchBrowser({ name, version }: OldBrowser): Promise<string> {
  const folder = join(CACHE, `${name}-${version}`);
  if (!existsSync(folder)) {
    const unfinished = `${folder}.part`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    await FETCH[name](version, unfinished);
    await rename(unfinished, folder);
  }
  return join(folder, EXECUTABLE[name]);
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

/** A virtual environment that is moved works, as long as its own Python is run. */
async function fetchQt(version: string, folder: string): Promise<void> {
  await run('python3', ['-m', 'venv', '.'], folder);
  const packages = ['PyQt6', 'PyQt6-Qt6', 'PyQt6-WebEngine', 'PyQt6-WebEngine-Qt6'];
  const wanted = packages.map((name) => `${name}==${version}.*`);
  await run('bin/python', ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', ...wanted], folder);
}

const FETCH = { chromium: fetchChromium, firefox: fetchFirefox, qtwebengine: fetchQt };
const EXECUTABLE = {
  chromium: 'chromium',
  firefox: 'usr/lib/firefox-esr/firefox-esr',
  qtwebengine: 'bin/python',
};

async function run(program: string, args: string[], cwd: string): Promise<void> {
  await promisify(execFile)(program, args, { cwd });
}

const CACHE = fileURLToPath(new URL('../../target/browsers', import.meta.url));
