/** NATS as Debian packs it, which joins the servers of an application. */

import { freePort, RunningProgram } from './process.ts';

export class Nats {
  /** For `--nats`. */
  readonly url: string;
  readonly port: number;
  readonly #program: RunningProgram;

  private constructor(port: number, program: RunningProgram) {
    this.port = port;
    this.url = `nats://127.0.0.1:${port}`;
    this.#program = program;
  }

  static async start(): Promise<Nats> {
    const port = await freePort();
    const args = ['--addr', '127.0.0.1', '--port', String(port)];
    const program = await RunningProgram.start('nats-server', { args, ready: /Server is ready/ });
    return new Nats(port, program);
  }

  async stop(): Promise<void> {
    await this.#program.stop();
  }
}
