/** PeerJS's own server, which introduces peers to each other. */

import { fileURLToPath } from 'node:url';
import { freePort, RunningProgram } from '../../e2e/lib/process.ts';
import type { ExampleServer } from '../lib/serve.ts';

export async function start(): Promise<ExampleServer> {
  const port = await freePort();
  const script = fileURLToPath(new URL('bin/peerjs.js', import.meta.resolve('peer')));
  const program = await RunningProgram.start(process.execPath, {
    args: [script, '--host', '127.0.0.1', '--port', String(port), '--path', '/peers'],
    ready: /Started PeerServer/,
  });
  return { url: `http://127.0.0.1:${port}/peers`, stop: () => program.stop() };
}
