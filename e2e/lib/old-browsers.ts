/** Browsers of other versions than the installed ones, from public packages; kept in `target/browsers`. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
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
  const { recipe, executable } = PACKAGES[name];
  if (!existsSync(folder)) {
    const unfinished = `${folder}.part`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    await promisify(execFile)('sh', ['-ec', recipe, 'sh', version], { cwd: unfinished });
    await rename(unfinished, folder);
  }
  return join(folder, executable);
}

/** How the package of a version, `$1`, is unpacked into an empty folder, and what is run of it. */
const PACKAGES: Record<AnyName, { recipe: string; executable: string }> = {
  chromium: {
    recipe: `
      npm pack "@sparticuz/chromium@$1"
      tar xzf *.tgz --strip-components=1
      rm *.tgz
      node -e 'process.stdin.pipe(zlib.createBrotliDecompress()).pipe(process.stdout)' \
        <bin/chromium.br >chromium
      chmod +x chromium`,
    executable: 'chromium',
  },
  // The newest of a major version that Debian has.
  firefox: {
    recipe: `
      apt-get download "firefox-esr=$1.*"
      dpkg-deb --extract *.deb .
      rm *.deb`,
    executable: 'usr/lib/firefox-esr/firefox-esr',
  },
  // A virtual environment that is moved works, as long as its own Python is run.
  qtwebengine: {
    recipe: `
      python3 -m venv .
      bin/python -m pip install --quiet --only-binary :all: \
        "PyQt6==$1.*" "PyQt6-Qt6==$1.*" "PyQt6-WebEngine==$1.*" "PyQt6-WebEngine-Qt6==$1.*"`,
    executable: 'bin/python',
  },
};

const CACHE = fileURLToPath(new URL('../../target/browsers', import.meta.url));
