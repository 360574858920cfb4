/**
 * What a frame costs in a worker: nothing, Frameseal, LiveKit's worker and plain WebCrypto, in
 * turns; sealed in one worker of each browser and opened in another.
 *
 * Prints tables, and writes them to `browser.json`, `browser-queued.json` and `browser-keys.json`
 * in `target/bench/`. See docs/performance-browser.md.
 */

import { parseArgs } from 'node:util';
import { shuffle } from 'simple-statistics';
import { BROWSERS, launch, type BrowserName } from '../../e2e/lib/browsers.ts';
import { RemotePage } from '../../e2e/lib/remote-page.ts';
import { FINE_CLOCKS, serve } from '../../e2e/lib/server.ts';
import { asText, machine, print, spread, write, type Spread } from './lib/report.ts';
import type { Microseconds, Plan } from './pages/costs.ts';
import { IMPLEMENTATIONS, type Flow, type Implementation } from './workers/batch.ts';
import type { Operation } from './workers/batch.ts';

/**
 * Sound; a packet; pictures; key frames. As many at once as a clock of 20 µs needs, and not so
 * many that other programs always get their turn in between.
 */
const SIZES = [
  { bytes: 120, frames: 500 },
  { bytes: 1200, frames: 200 },
  { bytes: 8000, frames: 100 },
  { bytes: 60_000, frames: 20 },
  { bytes: 500_000, frames: 5 },
];
const FLOWS: Flow[] = ['one-by-one', 'queued'];
const OPERATIONS: Operation[] = ['seal', 'open'];
/** Keys that receivers hold: the one of the comparison, and two that get the same to open. */
const KEYS_HELD = [2, 2, 1000];
const [COMPARED, FEW, MANY] = [0, 1, 2];

interface Row {
  browser: BrowserName;
  implementation: Implementation;
  operation: Operation;
  bytes: number;
  flow: Flow;
  receiver: number;
  /** Of one frame; over the rounds. */
  microseconds: Spread;
}

const { values: options } = parseArgs({
  options: {
    /** Only this one. */
    browser: { type: 'string' },
    rounds: { type: 'string', default: '60' },
    /** Seconds of load that do not count: what a worker learns from load, it has learnt then. */
    'warm-up': { type: 'string', default: '15' },
  },
});

async function main(): Promise<void> {
  const browsers = BROWSERS.filter((name) => name === (options.browser ?? name));
  if (browsers.length === 0) throw new Error(`--browser is one of ${BROWSERS.join(', ')}`);
  const server = await serve(FINE_CLOCKS, import.meta.dirname);
  const rows: Row[] = [];
  console.log(`before: ${machine()}`);
  try {
    for (const browser of browsers) rows.push(...(await measure(browser, server.origin)));
  } finally {
    await server.close();
  }
  console.log(`\nafter: ${machine()}`);

  const compared = rows.filter(({ receiver }) => receiver === COMPARED);
  const written = ({ browser, implementation, operation, bytes, microseconds }: Row) => {
    return { browser, implementation, operation, bytes, microseconds };
  };
  write('browser', compared.filter(({ flow }) => flow === 'one-by-one').map(written));
  write('browser-queued', compared.filter(({ flow }) => flow === 'queued').map(written));
  const opened = rows.filter(({ receiver, operation }) => {
    return receiver !== COMPARED && operation === 'open';
  });
  write('browser-keys', opened.map((row) => ({ ...written(row), keys: KEYS_HELD[row.receiver] })));
}

async function measure(name: BrowserName, origin: string): Promise<Row[]> {
  const browser = await launch(name);
  try {
    const page = await RemotePage.open<typeof import('./pages/costs.ts')>(browser, origin, 'costs');
    await page.run('open', KEYS_HELD);
    for (const { bytes } of SIZES) {
      for (const implementation of IMPLEMENTATIONS) {
        if (implementation !== 'nothing') await page.run('check', implementation, bytes);
      }
    }
    const figures = new Map(PLANS.flat().map((plan) => [plan, [] as Microseconds[]]));
    const round = async () => {
      // Size by size: large frames leave garbage, which small ones would pay for.
      for (const plan of PLANS.flatMap((ofOneSize) => shuffle(ofOneSize))) {
        figures.get(plan)!.push(await page.run('measure', plan));
      }
    };
    const warm = Date.now() + Number(options['warm-up']) * 1000;
    while (Date.now() < warm) await round();
    for (const taken of figures.values()) taken.length = 0;
    for (let rounds = Number(options.rounds); rounds > 0; rounds--) await round();

    const rows = [...figures].flatMap(([{ frames: _, ...plan }, taken]) =>
      OPERATIONS.map((operation) => {
        const microseconds = spread(taken.map((cost) => cost[operation]));
        return { browser: name, ...plan, operation, microseconds };
      }),
    );
    printTables(await browser.version(), rows);
    const [seals, ...opens] = await page.run('crossovers');
    console.log(`\nfrom so many bytes on through WebCrypto: sealing ${seals}, opening ${opens.join(', ')}`);
    return rows;
  } finally {
    await browser.close();
  }
}

const ALONE = { implementation: 'frameseal', flow: 'one-by-one' } as const;

/** Of each size: all that is measured. */
const PLANS: Plan[][] = SIZES.map((size) => [
  ...FLOWS.flatMap((flow) =>
    IMPLEMENTATIONS.map((implementation) => {
      return { ...size, implementation, flow, receiver: COMPARED };
    }),
  ),
  ...[FEW, MANY].map((receiver) => ({ ...size, ...ALONE, receiver })),
]);

function printTables(browser: string, rows: Row[]): void {
  const find = (wanted: Partial<Row>): Spread => {
    const entries = Object.entries(wanted);
    return rows.find((row) => entries.every(([name, value]) => Reflect.get(row, name) === value))!
      .microseconds;
  };
  for (const flow of FLOWS) {
    const table = [['bytes', '', ...IMPLEMENTATIONS, 'frameseal adds', 'livekit / frameseal']];
    for (const { bytes } of SIZES) {
      for (const operation of OPERATIONS) {
        const cost = (implementation: Implementation) =>
          find({ implementation, operation, bytes, flow, receiver: COMPARED });
        const [nothing, frameseal, livekit] = [cost('nothing'), cost('frameseal'), cost('livekit')];
        table.push([
          String(bytes),
          operation,
          ...IMPLEMENTATIONS.map((implementation) => asText(cost(implementation))),
          (frameseal.median - nothing.median).toFixed(1),
          (livekit.median / frameseal.median).toFixed(1),
        ]);
      }
    }
    print(`${browser}, microseconds a frame, ${flow}`, table);
  }

  const table = [['bytes', `${KEYS_HELD[FEW]} keys`, `${KEYS_HELD[MANY]} keys`, 'ratio']];
  for (const { bytes } of SIZES) {
    const cost = (receiver: number) => find({ ...ALONE, operation: 'open', bytes, receiver });
    const [few, many] = [cost(FEW), cost(MANY)];
    const ratio = (many.median / few.median).toFixed(2);
    table.push([String(bytes), asText(few), asText(many), ratio]);
  }
  print(`${browser}, microseconds a frame opened by frameseal, with so many keys held`, table);
}

await main();
