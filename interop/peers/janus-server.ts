/** A Janus of its own for one run, and what it has recorded. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket, type RawData } from 'ws';
import { inTime } from './records.ts';

export interface Description {
  type: 'offer' | 'answer';
  sdp: string;
}

/** One connection's end in the VideoRoom plugin. */
export interface Handle {
  id: number;
  /** Resolves when Janus has its connection, and media flows. */
  up: Promise<unknown>;
}

/** An answer, or an event. */
interface Message {
  janus: string;
  transaction?: string;
  sender?: number;
  jsep?: Description;
  data?: { id: number };
  error?: { reason: string };
  plugindata?: { data: { error?: string } };
}

export class Janus {
  /** Where a room may record to. */
  readonly folder: string;
  readonly #process: ChildProcess;
  readonly #socket: WebSocket;
  #session: number | undefined;
  #transactions = 0;

  private constructor(folder: string, process: ChildProcess, socket: WebSocket) {
    this.folder = folder;
    this.#process = process;
    this.#socket = socket;
  }

  static async start(): Promise<Janus> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'frameseal-peer-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
    for (const [name, text] of Object.entries(configuration(port))) {
      writeFileSync(join(folder, name), text);
    }
    const server = await running(['--configs-folder', folder, '--disable-colors'], folder);
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, 'janus-protocol');
    await inTime(once(socket, 'open'), 'connection to Janus');
    const janus = new Janus(folder, server, socket);
    janus.#session = (await janus.#ask({ janus: 'create' })).data?.id;
    return janus;
  }

  async attach(): Promise<Handle> {
    const { data } = await this.#ask({ janus: 'attach', plugin: 'janus.plugin.videoroom' });
    if (!data) throw new Error('Janus has no VideoRoom');
    const up = this.#message(({ janus, sender }) => janus === 'webrtcup' && sender === data.id);
    return { id: data.id, up };
  }

  /** Returns the description that comes back, if any. */
  async request(
    { id }: Handle,
    body: object,
    jsep?: Description,
  ): Promise<Description | undefined> {
    const answer = await this.#ask({ janus: 'message', handle_id: id, body, jsep });
    return answer.jsep;
  }

  /** Only then, recordings are whole. */
  async stop(): Promise<void> {
    this.#socket.close();
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await inTime(ended, 'end of Janus');
  }

  recordings(): Buffer[] {
    const names = readdirSync(this.folder).filter((name) => name.endsWith('.mjr'));
    return names.map((name) => readFileSync(join(this.folder, name)));
  }

  async #ask(request: object): Promise<Message> {
    const transaction = String(++this.#transactions);
    const answered = this.#message(
      (message) => message.transaction === transaction && message.janus !== 'ack',
    );
    this.#socket.send(JSON.stringify({ ...request, transaction, session_id: this.#session }));
    const answer = await inTime(answered, `answer of Janus to ${JSON.stringify(request)}`);
    const error = answer.error?.reason ?? answer.plugindata?.data.error;
    if (error) throw new Error(`Janus: ${error}`);
    return answer;
  }

  #message(isIt: (message: Message) => boolean): Promise<Message> {
    return new Promise((resolve) => {
      const listen = (text: RawData) => {
        const message = JSON.parse(String(text)) as Message;
        if (!isIt(message)) return;
        this.#socket.off('message', listen);
        resolve(message);
      };
      this.#socket.on('message', listen);
    });
  }
}

/** Resolves when it takes connections. It dies with this process, even if that is killed. */
async function running(options: readonly string[], folder: string): Promise<ChildProcess> {
  const server = spawn('setpriv', ['--pdeathsig', 'KILL', 'janus', ...options], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  process.once('exit', () => server.kill('SIGKILL'));
  const ready = new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', (code, signal) => reject(new Error(`Janus ended with ${code ?? signal}`)));
    createInterface(server.stdout).on('line', (line) => {
      if (line.includes('WebSockets transport plugin initialized')) resolve();
    });
  });
  await inTime(ready, 'start of Janus');
  return server;
}

/** Files by name. It starts the WebSocket transport alone, so that it is ready when that is. */
function configuration(port: number): Record<string, string> {
  const others = ['http', 'mqtt', 'nanomsg', 'pfunix', 'rabbitmq'];
  const disabled = others.map((name) => `libjanus_${name}.so`).join();
  return {
    'janus.jcfg': `
general: { interface = "127.0.0.1", session_timeout = 0 }
transports: { disable = "${disabled}" }
`,
    'janus.transport.websockets.jcfg': `
general: { ws = true, ws_port = ${port}, ws_ip = "127.0.0.1" }
`,
    'janus.plugin.videoroom.jcfg': '',
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
