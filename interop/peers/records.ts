/** Frames in files, and the command line, as all peers in TypeScript have them: see README.md. */

import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

export const AUDIO = 0;
export const DELTA = 1;
export const KEY = 2;

/** A frame, or an RTP packet. */
export interface Record {
  /** One of the constants above. */
  kind: number;
  data: Buffer;
}

/** What a way makes of a codec's records. If it throws, what it gave before counts. */
export type Run = (
  codec: string,
  way: string,
  records: readonly Record[],
) => AsyncIterable<Record> | Iterable<Record>;

/** Is the program `PEER CODEC WAY IN OUT`, or `PEER --version`. */
export async function main(version: () => string, run: Run): Promise<never> {
  const [codec, way, source, target] = process.argv.slice(2);
  if (codec === '--version') {
    console.log(version());
    process.exit();
  }
  if (!codec || !way || !source || !target) {
    console.error('usage: PEER CODEC WAY IN OUT, or --version');
    process.exit(2);
  }
  const out = openSync(target, 'w');
  try {
    for await (const record of run(codec, way, read(source))) write(out, record);
  } catch (error) {
    console.error(String(error).replaceAll(/\s+/g, ' '));
    process.exitCode = 1;
  }
  closeSync(out);
  // The software may have left sockets and timers behind.
  process.exit();
}

function read(path: string): Record[] {
  const rows = readFileSync(path);
  const records: Record[] = [];
  let at = 0;
  while (at < rows.length) {
    const start = at + 5;
    const end = start + rows.readUInt32BE(at + 1);
    if (end > rows.length) throw new Error(`${path} ends inside a record`);
    records.push({ kind: rows.readUInt8(at), data: rows.subarray(start, end) });
    at = end;
  }
  return records;
}

function write(out: number, { kind, data }: Record): void {
  const head = Buffer.alloc(5);
  head.writeUInt8(kind);
  head.writeUInt32BE(data.length, 1);
  writeSync(out, Buffer.concat([head, data]));
}

/** Rejects where the promise stays open for longer than any step takes, even on a busy machine. */
export async function inTime<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`${what}: not within ${PATIENCE_SECONDS} s`);
    timer = setTimeout(() => reject(error), PATIENCE_SECONDS * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

const PATIENCE_SECONDS = 20;
