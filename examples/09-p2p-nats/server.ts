/** nats-server, with its listener for browsers. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, RunningProgram } from '../../e2e/lib/process.ts';
import type { ExampleServer } from '../lib/serve.ts';

export async function start(): Promise<ExampleServer> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'frameseal-nats-'));
  const configuration = join(folder, 'nats.conf');
  await writeFile(
    configuration,
    `listen: "127.0.0.1:-1"
websocket { listen: "127.0.0.1:${port}", no_tls: true }
`,
  );
  const args = ['--config', configuration];
  const program = await RunningProgram.start('nats-server', { args, ready: /Server is ready/ });
  return {
    url: `ws://127.0.0.1:${port}/`,
    async stop() {
      await program.stop();
      await rm(folder, { recursive: true });
    },
  };
}
