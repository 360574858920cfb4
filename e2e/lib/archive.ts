/** The program `frameseal`, which records calls, and opens recordings of them. */

import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RunningProgram } from './process.ts';

/** Where `cargo xtask build` puts it, if nobody says otherwise. */
const PROGRAM =
  process.env['ARCHIVE'] ?? fileURLToPath(new URL('../../target/debug/frameseal', import.meta.url));
const PASSPHRASE = 'five random words are enough';

/** As the page shows it. */
export const RECORDER = 'Archive';

/** A recorder in a call, with a folder of its own. */
export class Recorder {
  readonly folder: string;
  readonly #program: RunningProgram;

  private constructor(folder: string, program: RunningProgram) {
    this.folder = folder;
    this.#program = program;
  }

  /** Joins a call by its link; resolves when it is in the room. */
  static async start(link: string, { keysOnly = false } = {}): Promise<Recorder> {
    const folder = await mkdtemp(join(tmpdir(), 'frameseal-archive-'));
    await writeFile(join(folder, 'link'), `${link}\n`);
    await writeFile(join(folder, 'passphrase'), `${PASSPHRASE}\n`);
    const args = ['record', '--link-file', join(folder, 'link'), '--name', RECORDER];
    const how = keysOnly
      ? ['--keys-only', '--keys', join(folder, 'keys'), '--passphrase-file', join(folder, 'passphrase')]
      : ['--out', folder];
    const program = await RunningProgram.start(PROGRAM, { args: [...args, ...how], ready: /joined/i });
    return new Recorder(folder, program);
  }

  get pid(): number {
    return this.#program.pid;
  }

  /** Has it leave, and finish its files. */
  async stop(): Promise<void> {
    await this.#program.stop();
  }

  async kill(): Promise<void> {
    await this.#program.kill();
  }

  /** What it wrote of whom, by its index. */
  async tracks(): Promise<RecordedTrack[]> {
    const index = JSON.parse(await readFile(join(this.folder, 'index.json'), 'utf8')) as Index;
    return index.tracks.map((track) => ({ ...track, file: join(this.folder, track.file) }));
  }

  /** Opens a recording with the keys that it kept. */
  async open(recording: string): Promise<Opened> {
    const out = await mkdtemp(join(this.folder, 'opened-'));
    const keys = ['--keys', join(this.folder, 'keys'), '--passphrase-file', join(this.folder, 'passphrase')];
    const report = await run(['open', recording, ...keys, '--out', out, '--json']);
    const names = (await readdir(out)).filter((name) => /\.(webm|mp4)$/.test(name));
    return { report: JSON.parse(report), files: names.map((name) => join(out, name)) };
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}

/** A file that can be played. */
export interface RecordedTrack {
  file: string;
  member: string;
  track: string;
}

interface Index {
  tracks: RecordedTrack[];
}

export interface Opened {
  report: unknown;
  files: string[];
}

/** Returns the report, however many frames opened. */
async function run(args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)(PROGRAM, args)).stdout;
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string };
    if (stdout.startsWith('{')) return stdout;
    throw new Error(`frameseal ${args.join(' ')} ended with ${code}: ${stderr}`);
  }
}
