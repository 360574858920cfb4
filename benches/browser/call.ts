/**
 * What a whole browser takes for a call: with nothing sealed, with Frameseal and with LiveKit's
 * worker, in turns, each time in a browser that was just started.
 *
 * Prints a table and writes it to `target/bench/call.json`. See docs/performance-browser.md.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { shuffle } from 'simple-statistics';
import { BROWSERS, launch, type BrowserName } from '../../e2e/lib/browsers.ts';
import { RemotePage } from '../../e2e/lib/remote-page.ts';
import { serve } from '../../e2e/lib/server.ts';
import { until } from '../../e2e/lib/until.ts';
import { processorTime } from '../../e2e/lib/processor-time.ts';
import { asText, machine, print, spread, write, type Spread } from './lib/report.ts';
import { SEALINGS, type Sealing } from './pages/sealing.ts';

/** Bandwidth estimation, and compilers, have settled by then. */
const WARM_UP_MS = 5000;
/** Frames that are under way when a key changes have arrived by then. */
const SETTLE_MS = 1000;
const CHECK_MS = 1500;
/** Of each stream, before the clock starts. */
const FIRST_PICTURES = 15;
/** Of the camera's 15. Fewer cost less, whatever seals them. */
const LEAST_PICTURES_PER_SECOND = 13.5;

interface Setting {
  browser: BrowserName;
  sealing: Sealing;
  /** Received, each of picture and sound. */
  streams: number;
}

/** What was measured of one call. */
interface Figures {
  /** Processor time, in s/min. */
  cpuSeconds: number;
  /** Of one stream, on average. */
  picturesPerSecond: number;
  kilobitsPerSecond: number;
}

type Call = RemotePage<typeof import('./pages/call.ts')>;

type Row = Setting & Record<keyof Figures, Spread>;

const { values: options } = parseArgs({
  options: {
    /** Only this one. */
    browser: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    /** Length of a call, after it has warmed up. */
    seconds: { type: 'string', default: '15' },
    /** Numbers of received streams. */
    streams: { type: 'string', default: '1,4,8' },
  },
});

async function main(): Promise<void> {
  const browsers = BROWSERS.filter((name) => name === (options.browser ?? name));
  if (browsers.length === 0) throw new Error(`--browser is one of ${BROWSERS.join(', ')}`);
  const server = await serve({}, import.meta.dirname);
  const settings: Setting[] = browsers.flatMap((browser) =>
    options.streams.split(',').flatMap((streams) =>
      SEALINGS.map((sealing) => ({ browser, sealing, streams: Number(streams) })),
    ),
  );
  const figures = new Map(settings.map((setting) => [setting, [] as Figures[]]));
  console.log(`before: ${machine()}`);
  try {
    for (let rounds = Number(options.rounds); rounds > 0; rounds--) {
      for (const setting of shuffle(settings)) {
        figures.get(setting)!.push(await measure(setting, server.origin));
      }
    }
  } finally {
    await server.close();
  }
  console.log(`after: ${machine()}`);
  const rows = [...figures].map(([setting, taken]) => ({ ...setting, ...summary(taken) }));
  printTable(rows);
  write('call', rows);
  for (const { browser, streams, sealing, picturesPerSecond } of rows) {
    if (picturesPerSecond.median >= LEAST_PICTURES_PER_SECOND) continue;
    const pictures = `${picturesPerSecond.median} of 15 pictures a second`;
    console.error(`${browser}, ${streams} streams, ${sealing}: only ${pictures}`);
    process.exitCode = 1;
  }
}

async function measure(setting: Setting, origin: string): Promise<Figures> {
  const { browser: name, sealing, streams } = setting;
  const browser = await launch(name);
  try {
    const page: Call = await RemotePage.open(browser, origin, 'call');
    await page.run('open', sealing, streams);
    await until(`${streams} streams, ${sealing}`, async () => {
      const { pictures } = await page.run('received');
      return pictures.filter((decoded) => decoded >= FIRST_PICTURES).length === streams;
    });
    await sleep(WARM_UP_MS);

    const before = await reading(page, browser.process()!.pid!);
    await sleep(Number(options.seconds) * 1000);
    const after = await reading(page, browser.process()!.pid!);
    const grown = after.pictures.map((decoded, stream) => decoded - before.pictures[stream]!);
    if (!grown.every((pictures) => pictures > 0)) {
      throw new Error(`${name}, ${sealing}: a stream stands still`);
    }
    if (sealing !== 'off') await checkSealed(page, `${name}, ${sealing}`);

    const seconds = (after.at - before.at) / 1000;
    return {
      cpuSeconds: ((after.cpu - before.cpu) / seconds) * 60,
      picturesPerSecond: grown.reduce((sum, pictures) => sum + pictures, 0) / seconds / streams,
      kilobitsPerSecond: ((after.bytes - before.bytes) * 8) / 1000 / seconds / streams,
    };
  } finally {
    await browser.close();
  }
}

async function reading(page: Call, pid: number) {
  const received = await page.run('received');
  return { ...received, cpu: processorTime(pid), at: performance.now() };
}

/** With another key, the receiver decodes nothing: so what came before was sealed. */
async function checkSealed(page: Call, what: string): Promise<void> {
  await page.run('loseKey');
  await sleep(SETTLE_MS);
  const before = await page.run('received');
  await sleep(CHECK_MS);
  const after = await page.run('received');
  if (after.bytes === before.bytes) throw new Error(`${what}: nothing arrives any more`);
  const isSealed = after.pictures.every((decoded, stream) => decoded === before.pictures[stream]);
  if (!isSealed) throw new Error(`${what}: pictures are decoded without their key`);
}

function summary(taken: Figures[]): Record<keyof Figures, Spread> {
  const of = (name: keyof Figures) => spread(taken.map((figures) => figures[name]));
  return {
    cpuSeconds: of('cpuSeconds'),
    picturesPerSecond: of('picturesPerSecond'),
    kilobitsPerSecond: of('kilobitsPerSecond'),
  };
}

function printTable(rows: Row[]): void {
  const header = ['browser', 'streams', 'sealing', 'CPU s/min', 'more than off', 'pictures/s'];
  const table = [[...header, 'kbit/s']];
  for (const row of rows) {
    const { browser, streams, sealing, cpuSeconds, picturesPerSecond, kilobitsPerSecond } = row;
    const off = rows.find((row) => {
      return row.browser === browser && row.streams === streams && row.sealing === 'off';
    })!;
    table.push([
      browser,
      String(streams),
      sealing,
      asText(cpuSeconds),
      (cpuSeconds.median - off.cpuSeconds.median).toFixed(1),
      String(picturesPerSecond.median),
      String(kilobitsPerSecond.median),
    ]);
  }
  print('Processor time of the whole browser, both ends of the call in it', table);
}

await main();
