/** A Chromium that is too old for puppeteer, driven by the few commands that it takes. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import WebSocket from 'ws';
import { CHROMIUM_ARGS } from './browsers.ts';
import { until } from './until.ts';

export class OldChromium {
  readonly version: string;
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #origin: string;

  private constructor(process: ChildProcess, profile: string, origin: string, version: string) {
    this.#process = process;
    this.#profile = profile;
    this.#origin = origin;
    this.version = version;
  }

  static async launch(executablePath: string): Promise<OldChromium> {
    const profile = await mkdtemp(join(tmpdir(), 'old-chromium-'));
    const args = [...CHROMIUM_ARGS, '--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`];
    const child = spawn(executablePath, [...args, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
    for await (const line of createInterface(child.stderr)) {
      const origin = /ws:\/\/([\d.:]+)\//.exec(line)?.[1];
      if (!origin) continue;
      child.stderr.resume();
      const about = await fetch(`http://${origin}/json/version`).then((answer) => answer.json());
      return new OldChromium(child, profile, origin, String(about.Browser).replace(/^.*\//, ''));
    }
    throw new Error(`${executablePath} did not start`);
  }

  /** Opens one of `pages/`, as `RemotePage` does. */
  async open<Module>(origin: string, name: string): Promise<OldPage<Module>> {
    const url = encodeURIComponent(`${origin}/pages/${name}.html`);
    // Versions from 111 on want PUT, those before 93 GET; in between either will do.
    const { webSocketDebuggerUrl, id } = await fetch(`http://${this.#origin}/json/new?${url}`, {
      method: 'PUT',
    }).then((answer) => answer.json());
    const socket = new WebSocket(webSocketDebuggerUrl);
    await once(socket, 'open');
    const page = new OldPage<Module>(socket, () => fetch(`http://${this.#origin}/json/close/${id}`));
    await until('the page to load', () => page.isLoaded());
    return page;
  }

  async close(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A page of it. */
export class OldPage<Module> {
  readonly #socket: WebSocket;
  readonly #end: () => Promise<unknown>;
  #last = 0;

  constructor(socket: WebSocket, end: () => Promise<unknown>) {
    this.#socket = socket;
    this.#end = end;
  }

  /** Whether the page has begun to load its module. */
  async isLoaded(): Promise<boolean> {
    // Until then, it may be another page that answers, or none.
    const answer = await this.#command('Runtime.evaluate', { expression: "'module' in window" });
    return answer?.result.value === true;
  }

  /** Does something in the page. */
  async run<Name extends keyof Module & string>(
    name: Name,
    ...args: Module[Name] extends (...args: infer Args) => unknown ? Args : never
  ): Promise<Module[Name] extends (...args: never[]) => infer Returned ? Awaited<Returned> : never> {
    const answer = await this.#command('Runtime.evaluate', {
      expression: `window.module.then((module) => module.${name}(...${JSON.stringify(args)}))`,
      awaitPromise: true,
      returnByValue: true,
    });
    if (!answer) throw new Error('the page has gone');
    const { result, exceptionDetails } = answer;
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as never;
  }

  async close(): Promise<void> {
    await this.#end();
    this.#socket.close();
  }

  async #command(method: string, params: object): Promise<CommandResult | undefined> {
    const id = ++this.#last;
    this.#socket.send(JSON.stringify({ id, method, params }));
    for (;;) {
      const [data] = (await once(this.#socket, 'message')) as [Buffer];
      const message = JSON.parse(data.toString()) as { id?: number; result?: CommandResult };
      if (message.id === id) return message.result;
    }
  }
}

interface CommandResult {
  result: { value: unknown };
  exceptionDetails?: { text: string; exception?: { description?: string } };
}
