/** A Chromium that is too old for puppeteer, driven by the few commands that it takes. */

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Connection, type ConnectionTransport } from 'puppeteer-core';
import WebSocket from 'ws';
import { CHROMIUM_ARGS } from './browsers.ts';
import { freePort, RunningProgram, type Start } from './process.ts';
import { AnyPage } from './remote-page.ts';
import { until } from './until.ts';

export class OldChromium {
  readonly version: string;
  readonly #program: RunningProgram;
  readonly #profile: string;
  /** Of the debugging port. */
  readonly #origin: string;

  private constructor(program: RunningProgram, profile: string, origin: string, version: string) {
    this.#program = program;
    this.#profile = profile;
    this.#origin = origin;
    this.version = version;
  }

  static async launch(executablePath: string): Promise<OldChromium> {
    const profile = await newProfile();
    const args = [...CHROMIUM_ARGS, '--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`];
    return OldChromium.#reach(profile, executablePath, { args: [...args, BLANK], ready: READY });
  }

  /** Starts the Chromium in QtWebEngine, by a Python that has it. */
  static async launchQt(python: string): Promise<OldChromium> {
    const [profile, port] = [await newProfile(), await freePort()]; // Qt takes no 0 for any port
    const args = [fileURLToPath(new URL('qt-browser.py', import.meta.url))];
    const environment = {
      HOME: profile,
      XDG_RUNTIME_DIR: profile,
      QT_QPA_PLATFORM: 'offscreen',
      QTWEBENGINE_DISABLE_SANDBOX: '1',
      QTWEBENGINE_REMOTE_DEBUGGING: `127.0.0.1:${port}`,
      QTWEBENGINE_CHROMIUM_FLAGS: ['--disable-gpu', ...CHROMIUM_ARGS].join(' '),
    };
    return OldChromium.#reach(profile, python, { args, environment, ready: READY });
  }

  static async #reach(profile: string, command: string, start: Start): Promise<OldChromium> {
    const program = await RunningProgram.start(command, start);
    const origin = `http://${program.greeting[1]}`;
    const about = await fetch(`${origin}/json/version`).then((answer) => answer.json());
    const [, version = ''] = /Chrome\/([\d.]+)/.exec(about['User-Agent']) ?? [];
    return new OldChromium(program, profile, origin, version);
  }

  /** Opens one of `pages/`, as `RemotePage` does, in the one page that there is. */
  async open<Module>(origin: string, name: string): Promise<OldPage<Module>> {
    const targets: Target[] = await fetch(`${this.#origin}/json`).then((answer) => answer.json());
    const target = targets.find(({ type }) => type === 'page');
    const page = new OldPage<Module>(await connect(target!.webSocketDebuggerUrl));
    await page.show(BLANK); // else the page before may be taken for this one
    await page.show(`${origin}/pages/${name}.html`);
    return page;
  }

  async close(): Promise<void> {
    await this.#program.kill();
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A page of it. */
class OldPage<Module> extends AnyPage<Module> {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    super();
    this.#connection = connection;
  }

  async show(url: string): Promise<void> {
    await this.#connection.send('Page.navigate', { url });
    const expression = `location.href === '${url}' && ('run' in window || ${url === BLANK})`;
    await until(`${url} to load`, async () => {
      // Until then, it may be another page that answers, or none.
      const answer = await this.#connection.send('Runtime.evaluate', { expression }).catch(() => {});
      return answer?.result.value === true;
    });
  }

  async close(): Promise<void> {
    await this.show(BLANK);
    this.#connection.dispose();
  }

  protected async call(name: string, args: string): Promise<string> {
    const { result, exceptionDetails } = await this.#connection.send('Runtime.evaluate', {
      expression: `run(${JSON.stringify(name)}, ${JSON.stringify(args)})`,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as string;
  }
}

/** Puppeteer's own connections speak to browsers as a whole; this one to a page. */
async function connect(url: string): Promise<Connection> {
  const socket = new WebSocket(url);
  await once(socket, 'open');
  const transport: ConnectionTransport = {
    send: (message) => socket.send(message),
    close: () => socket.close(),
  };
  socket.on('message', (message: Buffer) => transport.onmessage?.(message.toString()));
  return new Connection(url, transport, 0, PATIENCE_MS);
}

const BLANK = 'about:blank';

/** What both write when they can be driven. */
const READY = /ws:\/\/([\d.:]+)\//;

function newProfile(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'old-chromium-'));
}

interface Target {
  type: string;
  webSocketDebuggerUrl: string;
}

/** Of a call that takes as long as any. */
const PATIENCE_MS = 60_000;
