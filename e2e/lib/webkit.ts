/**
 * WebKitGTK's own small browser, driven by WebDriver, which is all that it understands.
 *
 * Debian builds it without WebRTC. So it runs the worker, with streams that a page makes up, but no calls.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Builder, type WebDriver } from 'selenium-webdriver';
import { DriverService } from 'selenium-webdriver/remote';
import { AnyPage } from './remote-page.ts';

/** A browser with one page. */
export class WebKitPage<Module> extends AnyPage<Module> {
  readonly #display: ChildProcess;
  readonly #service: DriverService;
  readonly #driver: WebDriver;

  private constructor(display: ChildProcess, service: DriverService, driver: WebDriver) {
    super();
    this.#display = display;
    this.#service = service;
    this.#driver = driver;
  }

  /** @param name of the module; the type has to be that of its import. */
  static async open<Module>(origin: string, name: string): Promise<WebKitPage<Module>> {
    const [display, number] = await startDisplay();
    const service = new DriverService.Builder('WebKitWebDriver')
      .setLoopback(true)
      .setEnvironment({ ...process.env, DISPLAY: `:${number}`, ...ENVIRONMENT })
      .build();
    const driver = await new Builder()
      .usingServer(await service.start())
      .withCapabilities({ browserName: 'MiniBrowser', 'webkitgtk:browserOptions': OPTIONS })
      .build();
    await driver.manage().setTimeouts({ script: PATIENCE_MS });
    await driver.get(`${origin}/pages/${name}.html`);
    return new WebKitPage<Module>(display, service, driver);
  }

  /** For example `WebKitGTK 2.50.6`. */
  async version(): Promise<string> {
    return `WebKitGTK ${(await this.#driver.getCapabilities()).getBrowserVersion()}`;
  }

  async close(): Promise<void> {
    await this.#driver.quit();
    await this.#service.kill();
    this.#display.kill();
  }

  protected async call(name: string, args: string): Promise<string> {
    const answer: { value?: string; error?: string } = await this.#driver.executeAsyncScript(
      `const [name, args, answer] = arguments;
       const run = async () => (await new Promise(${WHEN_THERE}), window.run(name, args));
       run().then((value) => answer({ value }), (error) => answer({ error: String(error) }));`,
      name,
      args,
    );
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value!;
  }
}

/** A screen that nobody sees; the first number that is free. */
async function startDisplay(): Promise<[ChildProcess, string]> {
  const args = ['-displayfd', '3', '-screen', '0', '800x600x24', '-nolisten', 'tcp'];
  const display = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const [number] = (await once(createInterface(display.stdio[3] as Readable), 'line')) as [string];
  return [display, number];
}

/** The page's module may still be loading. */
const WHEN_THERE = `function look(found) { window.run ? found() : setTimeout(look, 20, found); }`;

/** Its sandbox needs what containers do not have; it shows local pages alone. */
const ENVIRONMENT = { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' };

const OPTIONS = {
  binary: process.env['MINI_BROWSER'] ?? '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser',
  args: ['--automation'],
};

const PATIENCE_MS = 120_000;
