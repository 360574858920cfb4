/** Programs that run beside the browsers for as long as a test needs them. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

export interface Start {
  args?: readonly string[];
  /** The program is ready when it has written a line like this, to either output. */
  ready: RegExp;
  /** Working folder. */
  cwd?: string;
  /** Beside the variables of this process. */
  environment?: Record<string, string>;
}

export class RunningProgram {
  /** What `ready` matched. */
  readonly greeting: RegExpMatchArray;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, greeting: RegExpMatchArray) {
    this.#process = process;
    this.greeting = greeting;
  }

  /** Resolves when the program is ready; rejects, with all that it said, when it ends before or hangs. */
  static async start(command: string, start: Start): Promise<RunningProgram> {
    const { args = [], ready, cwd, environment } = start;
    const env = { ...process.env, ...environment };
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    child.once('exit', () => running.delete(child));
    const late = setTimeout(() => child.kill('SIGKILL'), START_MS);
    const lines: string[] = [];
    const greeting = new Promise<RegExpMatchArray>((resolve, reject) => {
      const fail = (why: unknown) => {
        reject(new Error(`${command} did not start: ${why}\n${lines.join('\n')}`));
      };
      child.once('error', fail);
      child.once('exit', (code, signal) => fail(`it ended with ${code ?? signal}`));
      for (const output of [child.stdout, child.stderr]) {
        createInterface(output).on('line', (line) => {
          lines.push(line);
          const match = ready.exec(line);
          if (match) resolve(match);
        });
      }
    });
    return new RunningProgram(child, await greeting.finally(() => clearTimeout(late)));
  }

  get pid(): number {
    return this.#process.pid!;
  }

  /** Asks it to stop, and waits until it has. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Ends it without a word. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill(signal);
    const late = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(late);
  }
}

/** A TCP port of this machine that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Nothing that a test started outlives it. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Longer than a server takes that is built in debug mode, on a busy machine. */
const START_MS = 60_000;

/** What does not stop when it is asked for so long is ended. */
const STOP_MS = 10_000;
