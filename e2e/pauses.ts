/**
 * Measures how late frames are while a room of fifty changes keys: prints a table, writes it as
 * JSON to `target/e2e/rotation.json`, and fails if a usual rotation makes one too late.
 */

import { Bench } from './lib/bench.ts';
import { BROWSERS, type BrowserName } from './lib/browsers.ts';
import type { Pages } from './lib/opener.ts';
import type { RemotePage } from './lib/remote-page.ts';
import { writeReport } from './lib/report.ts';
import { FINE_CLOCKS } from './lib/server.ts';

type Crowd = RemotePage<Pages['crowd']>;

/** Members besides the one who is measured. */
const OTHERS = 49;
const ROTATIONS = 20;
const JOINS = 5;
/** Latest that a frame may be in a second with a rotation; a join, which is of one moment, is told. */
const LIMIT_MS = 5;
/** Longer than any rotation, with the answers to it. */
const QUIET_MS = 1000;

/** What happened so often, each time in its own second. */
interface Row {
  browser: BrowserName;
  /** `none`: nothing, to compare with. `join`: one member comes to a room of 49. */
  event: 'none' | 'rotation' | 'join';
  members: number;
  frames_per_second: number;
  /** Longest that a frame was late, in ms, in each second. */
  pauses: number[];
  least: number;
  median: number;
  longest: number;
  /** The same of the longest slice of the key manager's work in each second. */
  least_slice: number;
  longest_slice: number;
}

async function main(): Promise<void> {
  const rows: Row[] = [];
  for (const browser of BROWSERS) {
    await Bench.with({ browsers: [browser], headers: FINE_CLOCKS }, async (bench) => {
      rows.push(...(await measure(bench)));
    });
  }
  console.table(rows.map(({ pauses, ...row }) => row));
  writeReport('rotation', rows);
  for (const browser of BROWSERS) judge(browser, rows);
}

/** By the median: what is longest, the machine makes, and with nothing going on as well. */
function judge(browser: BrowserName, rows: Row[]): void {
  const median = (event: Row['event']): number =>
    rows.find((row) => row.browser === browser && row.event === event)!.median;
  if (median('rotation') < LIMIT_MS) return;
  if (median('none') >= LIMIT_MS) {
    console.error(`${browser}: frames are late with nothing going on: nothing can be said here`);
    return;
  }
  console.error(`${browser}: at half of all rotations, a frame is ${median('rotation')} ms late`);
  process.exitCode = 1;
}

async function measure(bench: Bench): Promise<Row[]> {
  const browser = bench.name;
  const rows: Row[] = [];
  const joins: Second[] = [];
  for (let join = 1; join <= JOINS; join++) {
    const crowd = await bench.open('crowd');
    await crowd.run('open', OTHERS);
    await second(crowd); // warms up
    joins.push(await second(crowd, 'join'));
    if (join === JOINS) {
      rows.push(row(browser, 'none', await seconds(crowd)));
      rows.push(row(browser, 'rotation', await seconds(crowd, 'rotate')));
    }
    await crowd.close();
  }
  return [...rows, row(browser, 'join', joins)];
}

interface Second {
  frames: number;
  pause: number;
  longestSlice: number;
}

async function seconds(crowd: Crowd, event?: 'rotate'): Promise<Second[]> {
  const all: Second[] = [];
  while (all.length < ROTATIONS) all.push(await second(crowd, event));
  return all;
}

async function second(crowd: Crowd, event?: 'join' | 'rotate'): Promise<Second> {
  await crowd.run('pauses');
  await crowd.run('slices');
  if (event) await crowd.run(event);
  await new Promise((quiet) => setTimeout(quiet, QUIET_MS));
  const { frames, longestMs } = await crowd.run('pauses');
  const slices = await crowd.run('slices');
  return { frames, pause: longestMs, longestSlice: Math.max(0, ...slices.map(({ ms }) => ms)) };
}

function row(browser: BrowserName, event: Row['event'], all: Second[]): Row {
  const pauses = all.map(({ pause }) => round(pause));
  const frames = all.reduce((sum, { frames }) => sum + frames, 0);
  return {
    browser,
    event,
    members: OTHERS + 1,
    frames_per_second: Math.round(frames / all.length),
    pauses,
    least: Math.min(...pauses),
    median: pauses.toSorted((a, b) => a - b)[pauses.length >> 1]!,
    longest: Math.max(...pauses),
    least_slice: round(Math.min(...all.map(({ longestSlice }) => longestSlice))),
    longest_slice: round(Math.max(...all.map(({ longestSlice }) => longestSlice))),
  };
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}

await main();
