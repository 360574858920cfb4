/** The application's own server, `frameseal-demo`, as users run it. */

import { fileURLToPath } from 'node:url';
import { RunningProgram } from './process.ts';

/** Where `cargo xtask build` puts it, if nobody says otherwise. */
const PROGRAM = fileURLToPath(new URL('../../target/debug/frameseal-demo', import.meta.url));

export interface AppServerOptions {
  /** Rooms over NATS, so that members of several servers meet. */
  nats?: string;
  /** Media through a Janus with this WebSocket API. */
  janus?: string;
}

export class AppServer {
  readonly #options: AppServerOptions;
  #program: RunningProgram;

  private constructor(options: AppServerOptions, program: RunningProgram) {
    this.#options = options;
    this.#program = program;
  }

  /** Starts one on a free port. */
  static async start(options: AppServerOptions = {}): Promise<AppServer> {
    return new AppServer(options, await run(options, 0));
  }

  /** For example `http://127.0.0.1:41234`. */
  get origin(): string {
    return this.#program.greeting[0];
  }

  /** Ends it without a word to anybody. */
  async kill(): Promise<void> {
    await this.#program.kill();
  }

  /** Starts another, which knows nothing of the one before, in its place. */
  async startAgain(): Promise<void> {
    this.#program = await run(this.#options, Number(new URL(this.origin).port));
  }

  async stop(): Promise<void> {
    await this.#program.stop();
  }
}

async function run({ nats, janus }: AppServerOptions, port: number): Promise<RunningProgram> {
  const args = ['--port', String(port)];
  if (nats) args.push('--nats', nats);
  if (janus) args.push('--sfu', `janus=${janus}`);
  const program = process.env['DEMO_SERVER'] ?? PROGRAM;
  return RunningProgram.start(program, { args, ready: /http:\/\/[\d.:]+/ });
}
