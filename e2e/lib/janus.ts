/** The Janus media server as Debian packs it, on this machine alone. */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { freePort, RunningProgram } from './process.ts';

export class Janus {
  /** Of its WebSocket API: for `--sfu janus=…`. */
  readonly url: string;
  /** Its configuration, and what it records. */
  readonly folder: string;
  readonly #program: RunningProgram;

  private constructor(url: string, folder: string, program: RunningProgram) {
    this.url = url;
    this.folder = folder;
    this.#program = program;
  }

  static async start(): Promise<Janus> {
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), 'frameseal-janus-'));
    for (const [name, text] of Object.entries(configuration(port))) {
      await writeFile(join(folder, name), text);
    }
    const program = await RunningProgram.start('janus', {
      args: ['--configs-folder', folder, '--disable-colors'],
      ready: /WebSockets transport plugin initialized/,
      cwd: folder,
    });
    return new Janus(`ws://127.0.0.1:${port}`, folder, program);
  }

  /** Records what comes into a room of the application from now on, as whoever runs it can. */
  async record(room: string, isSealed: boolean): Promise<void> {
    await this.recordRoom(roomNumber(room, isSealed));
  }

  /** Ends the recordings of a room; what is recorded then goes to other files. */
  async stopRecording(room: string, isSealed: boolean): Promise<void> {
    await this.recordRoom(roomNumber(room, isSealed), false);
  }

  /** The same for the room of this number, whoever made it. */
  async recordRoom(room: number, record = true): Promise<void> {
    const socket = new WebSocket(this.url, 'janus-protocol');
    await once(socket, 'open');
    const ask = async (request: object): Promise<Answer> => {
      socket.send(JSON.stringify({ ...request, transaction: 'ours' }));
      for (;;) {
        const [text] = (await once(socket, 'message')) as [Buffer];
        const answer = JSON.parse(text.toString()) as Answer;
        if (answer.transaction === 'ours') return answer;
      }
    };
    const session_id = (await ask({ janus: 'create' })).data?.id;
    const plugin = 'janus.plugin.videoroom';
    const handle_id = (await ask({ janus: 'attach', plugin, session_id })).data?.id;
    const body = { request: 'enable_recording', room, record };
    const answer = await ask({ janus: 'message', session_id, handle_id, body });
    socket.close();
    const { error, record: isRecording } = answer.plugindata?.data ?? {};
    if (isRecording !== record) throw new Error(`Janus does not record: ${error}`);
  }

  /** The recordings so far, by their files' names: see `rtp-recording.ts`. */
  async recordings(): Promise<Map<string, Buffer>> {
    const names = (await readdir(this.folder)).filter((name) => name.endsWith('.mjr'));
    const read = async (name: string) => [name, await readFile(join(this.folder, name))] as const;
    return new Map(await Promise.all(names.map(read)));
  }

  /** Ends it; only then are recordings whole. */
  async end(): Promise<void> {
    await this.#program.stop();
  }

  async stop(): Promise<void> {
    await this.end();
    await rm(this.folder, { recursive: true });
  }
}

/** Files of the configuration folder by name. Other plugins do nothing without one. */
function configuration(port: number): Record<string, string> {
  const disabled = OTHER_TRANSPORTS.map((name) => `libjanus_${name}.so`).join();
  return {
    'janus.jcfg': `
general: { interface = "127.0.0.1" }
transports: { disable = "${disabled}" }
`,
    'janus.transport.websockets.jcfg': `
general: { ws = true, ws_port = ${port}, ws_ip = "127.0.0.1" }
`,
    'janus.plugin.videoroom.jcfg': '',
  };
}

/** Without them, Janus is ready when it has started the one that is left: before, it takes no one. */
const OTHER_TRANSPORTS = ['http', 'mqtt', 'nanomsg', 'pfunix', 'rabbitmq'];

/** As the application numbers its rooms: the first 52 bits of a hash. */
function roomNumber(room: string, isSealed: boolean): number {
  const hash = createHash('sha256').update(`${isSealed ? 'sealed' : 'open'} ${room}`).digest();
  return Number(hash.readBigUInt64BE() >> 12n);
}

interface Answer {
  transaction?: string;
  data?: { id: number };
  plugindata?: { data: { error?: string; record?: boolean } };
}
