/** NATS as Debian packs it, which joins the servers of an application. */

import { freePort, RunningProgram } from './process.ts';

export interface Nats {
  port: number;
  /** For `--nats`. */
  url: string;
  stop(): Promise<void>;
}

export async function startNats(): Promise<Nats> {
  const port = await freePort();
  const args = ['--addr', '127.0.0.1', '--port', String(port)];
  const program = await RunningProgram.start('nats-server', { args, ready: /Server is ready/ });
  return { port, url: `nats://127.0.0.1:${port}`, stop: () => program.stop() };
}
