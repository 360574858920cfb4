/**
 * Records a call of four for half an hour, and measures what the recorder takes: its memory must stay, and
 * its processor time stands beside that of a Chromium that receives the same. Prints a table, writes it to
 * `target/e2e/archive-soak.json`, and fails if the memory grows.
 */

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Recorder, RECORDER } from './lib/archive.ts';
import { Bench } from './lib/bench.ts';
import { launch } from './lib/browsers.ts';
import { Participant } from './lib/participant.ts';
import { processorTime } from './lib/processor-time.ts';
import { writeReport } from './lib/report.ts';

const SPEAKERS = 4;
/** The first minutes fill what is kept: replay windows, buffers of the transport, allocator. */
const SETTLED_MINUTES = 5;
const MOST_GROWTH = 1.1;
const MINUTE_MS = 60_000;

const { values: options } = parseArgs({ options: { minutes: { type: 'string', default: '30' } } });

interface Row {
  minute: number;
  recorder_mb: number;
  /** Processor time of this minute, in seconds, for each stream of picture and sound that came. */
  recorder_s_per_stream: number;
  chromium_s_per_stream: number;
}

async function main(): Promise<void> {
  const rows: Row[] = [];
  await Bench.with({ browsers: ['chromium'], app: {} }, async (bench) => {
    await bench.meeting({ codec: 'VP8' }, async (call) => {
      await call.joinAll(Array.from({ length: SPEAKERS }, () => 'chromium' as const));
      await call.flows();
      const url = `${bench.app.origin}${call.link}`;
      const browser = await launch('chromium');
      const recorder = await Recorder.start(url);
      try {
        const listener = await Participant.open(browser, url, 'Listener');
        for (const toggle of ['#microphone', '#camera']) await listener.click(toggle);
        await listener.join();
        await Promise.all(call.people.map((person) => person.allows(RECORDER)));
        for (const person of call.people) await listener.sees(person);
        const pids = [recorder.pid, browser.process()!.pid!] as const;
        for (let minute = 1; minute <= Number(options.minutes); minute++) {
          rows.push(await measure(minute, ...pids));
          console.log(JSON.stringify(rows.at(-1)));
        }
      } finally {
        await recorder.stop();
        await browser.close();
      }
    });
  });
  console.table(rows);
  writeReport('archive-soak', rows);
  judge(rows);
}

async function measure(minute: number, recorder: number, chromium: number): Promise<Row> {
  const before = [processorTime(recorder), processorTime(chromium)] as const;
  await sleep(MINUTE_MS);
  return {
    minute,
    recorder_mb: residentMegabytes(recorder),
    recorder_s_per_stream: round((processorTime(recorder) - before[0]) / SPEAKERS),
    chromium_s_per_stream: round((processorTime(chromium) - before[1]) / SPEAKERS),
  };
}

function judge(rows: readonly Row[]): void {
  const settled = rows.filter(({ minute }) => minute > SETTLED_MINUTES);
  const [first, last] = [settled.at(0), settled.at(-1)];
  if (!first || !last) return;
  if (last.recorder_mb <= first.recorder_mb * MOST_GROWTH) return;
  console.error(`memory grew from ${first.recorder_mb} to ${last.recorder_mb} MB`);
  process.exitCode = 1;
}

/** See proc_pid_status(5). */
function residentMegabytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  return round(Number(kilobytes) / 1024);
}

function round(value: number): number {
  return Number(value.toFixed(2));
}

await main();
