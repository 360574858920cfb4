/**
 * What a frame costs in a worker: nothing, Frameseal, LiveKit's worker and plain WebCrypto, in
 * turns; sealed in one worker of each browser and opened in another. With `--beside`, another
 * checkout's Frameseal takes its turns, too. With `--browser webkit`, in WebKitGTK, but for LiveKit's
 * worker, which finds no WebRTC there.
 *
 * Prints tables, and writes them to `browser.json`, `browser-queued.json`, `browser-keys.json` and
 * `browser-ratios.json` in `target/bench/`. See docs/performance-browser.md.
 */

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median, shuffle } from 'simple-statistics';
import { BROWSERS, launch, type BrowserName } from '../../e2e/lib/browsers.ts';
import { RemotePage, type AnyPage } from '../../e2e/lib/remote-page.ts';
import { FINE_CLOCKS, serve } from '../../e2e/lib/server.ts';
import { WebKitPage } from '../../e2e/lib/webkit.ts';
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

type Benched = BrowserName | 'webkit';

/** What takes turns: `other` is another checkout's Frameseal. */
type Subject = Implementation | 'other';

interface Row {
  browser: Benched;
  implementation: Subject;
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
    /** Another checkout, packaged. */
    beside: { type: 'string' },
    /** Browsers one after the other, each for all rounds; ratios are the median over them. */
    runs: { type: 'string', default: '1' },
  },
});

function subjectsIn(browser: Benched): Subject[] {
  const all = options.beside ? [...IMPLEMENTATIONS, 'other' as const] : [...IMPLEMENTATIONS];
  return all.filter((subject) => browser !== 'webkit' || subject !== 'livekit');
}

async function main(): Promise<void> {
  const browsers = chosen();
  const servers = [await serve(FINE_CLOCKS, import.meta.dirname)];
  if (options.beside) {
    const packed = join(options.beside, 'worker/js/dist');
    servers.push(await serve(FINE_CLOCKS, import.meta.dirname, packed));
  }
  const origins = servers.map(({ origin }) => origin);
  const rows: Row[] = [];
  const ratios: Ratio[] = [];
  console.log(`before: ${machine()}`);
  try {
    for (const browser of browsers) {
      const runs: Row[][] = [];
      for (let run = Number(options.runs); run > 0; run--) runs.push(await measure(browser, origins));
      rows.push(...runs.at(-1)!);
      ratios.push(...ratiosOf(browser, runs));
    }
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
  console.log(`\nafter: ${machine()}`);
  printRatios(ratios);
  write('browser-ratios', ratios);

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

/** Chromium and Firefox, unless one is named. */
function chosen(): Benched[] {
  const names: Benched[] = [...BROWSERS, 'webkit'];
  const { browser } = options;
  const browsers = browser ? names.filter((name) => name === browser) : [...BROWSERS];
  if (browsers.length === 0) throw new Error(`--browser is one of ${names.join(', ')}`);
  return browsers;
}

async function measure(name: Benched, origins: string[]): Promise<Row[]> {
  const browser = await start(name);
  try {
    const subjects = await openAll(browser, origins, subjectsIn(name));
    const page = subjects.get('frameseal')!;
    const plans = plansFor(subjectsIn(name));
    const figures = new Map(plans.flat().map((plan) => [plan, [] as Microseconds[]]));
    const round = async () => {
      // Size by size: large frames leave garbage, which small ones would pay for.
      for (const plan of plans.flatMap((ofOneSize) => shuffle(ofOneSize))) {
        const implementation = plan.implementation === 'other' ? 'frameseal' : plan.implementation;
        const its = subjects.get(plan.implementation)!;
        if (its instanceof RemotePage) await its.page.bringToFront();
        figures.get(plan)!.push(await its.run('measure', { ...plan, implementation }));
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
    printTables(await browser.version(), subjectsIn(name), rows);
    const [seals, ...opens] = await page.run('crossovers');
    console.log(`\nfrom so many bytes on through WebCrypto: sealing ${seals}, opening ${opens.join(', ')}`);
    return rows;
  } finally {
    await browser.close();
  }
}

type Costs = AnyPage<typeof import('./pages/costs.ts')>;

/** What is needed of a browser. */
interface Started {
  open(origin: string): Promise<Costs>;
  version(): Promise<string>;
  close(): Promise<void>;
}

async function start(name: Benched): Promise<Started> {
  if (name === 'webkit') return startWebKit();
  const browser = await launch(name);
  return {
    open: (origin) => RemotePage.open(browser, origin, 'costs'),
    version: () => browser.version(),
    close: () => browser.close(),
  };
}

/** Each page is a browser of its own. */
function startWebKit(): Started {
  const pages: WebKitPage<typeof import('./pages/costs.ts')>[] = [];
  return {
    async open(origin) {
      pages.push(await WebKitPage.open(origin, 'costs'));
      return pages.at(-1)!;
    },
    version: () => pages[0]!.version(),
    close: async () => void (await Promise.all(pages.map((page) => page.close()))),
  };
}

/** Opens and checks the page of each subject: another checkout has one of its own. */
async function openAll(
  browser: Started,
  [own, other]: string[],
  subjects: Subject[],
): Promise<Map<Subject, Costs>> {
  const ours = await openOne(browser, own!);
  const pages = new Map(subjects.map((subject) => [subject, ours]));
  if (other) pages.set('other', await openOne(browser, other));
  for (const [subject, page] of pages) {
    if (subject === 'nothing') continue;
    const implementation = subject === 'other' ? 'frameseal' : subject;
    for (const { bytes } of SIZES) await page.run('check', implementation, bytes);
  }
  return pages;
}

async function openOne(browser: Started, origin: string): Promise<Costs> {
  const page = await browser.open(origin);
  await page.run('open', KEYS_HELD);
  return page;
}

/** How many times Frameseal's time another takes. */
interface Ratio {
  browser: Benched;
  bytes: number;
  operation: Operation;
  subject: Subject;
  /** Of the tenth percentiles, which are what a quiet machine takes: the median over the runs. */
  p10: number;
  /** Of the medians; the median over the runs. */
  median: number;
  /** Microseconds that Frameseal adds to `nothing`, by the tenth percentile; the median over the runs. */
  adds: number;
}

function ratiosOf(browser: Benched, runs: Row[][]): Ratio[] {
  const others = subjectsIn(browser).filter((subject) => !['frameseal', 'nothing'].includes(subject));
  return SIZES.flatMap(({ bytes }) =>
    OPERATIONS.flatMap((operation) =>
      others.map((subject) => {
        const over = (compute: (cost: (of: Subject) => Spread) => number) =>
          median(
            runs.map((rows) =>
              compute((implementation) =>
                find(rows, { implementation, operation, bytes, flow: 'one-by-one', receiver: COMPARED }),
              ),
            ),
          );
        return {
          ...{ browser, bytes, operation, subject },
          p10: over((cost) => cost(subject).p10 / cost('frameseal').p10),
          median: over((cost) => cost(subject).median / cost('frameseal').median),
          adds: over((cost) => cost('frameseal').p10 - cost('nothing').p10),
        };
      }),
    ),
  );
}

function printRatios(ratios: Ratio[]): void {
  const table = [['browser', 'bytes', '', 'beside frameseal', 'p10', 'median', 'frameseal adds, p10']];
  for (const { browser, bytes, operation, subject, p10, median, adds } of ratios) {
    const figures = [p10.toFixed(2), median.toFixed(2), adds.toFixed(1)];
    table.push([browser, String(bytes), operation, subject, ...figures]);
  }
  print('Times as long as frameseal, one-by-one', table);
}

const ALONE = { implementation: 'frameseal', flow: 'one-by-one' } as const;

type SubjectsPlan = Omit<Plan, 'implementation'> & { implementation: Subject };

/** Of each size: all that is measured. */
function plansFor(subjects: Subject[]): SubjectsPlan[][] {
  return SIZES.map((size) => [
    ...FLOWS.flatMap((flow) =>
      subjects.map((implementation) => ({ ...size, implementation, flow, receiver: COMPARED })),
    ),
    ...[FEW, MANY].map((receiver) => ({ ...size, ...ALONE, receiver })),
  ]);
}

function find(rows: Row[], wanted: Partial<Row>): Spread {
  const entries = Object.entries(wanted);
  return rows.find((row) => entries.every(([name, value]) => Reflect.get(row, name) === value))!
    .microseconds;
}

function printTables(browser: string, subjects: Subject[], rows: Row[]): void {
  for (const flow of FLOWS) {
    const table = [['bytes', '', ...subjects, 'frameseal adds']];
    for (const { bytes } of SIZES) {
      for (const operation of OPERATIONS) {
        const cost = (implementation: Subject) =>
          find(rows, { implementation, operation, bytes, flow, receiver: COMPARED });
        const [nothing, frameseal] = [cost('nothing'), cost('frameseal')];
        table.push([
          String(bytes),
          operation,
          ...subjects.map((subject) => asText(cost(subject))),
          (frameseal.median - nothing.median).toFixed(1),
        ]);
      }
    }
    print(`${browser}, microseconds a frame, ${flow}`, table);
  }

  const table = [['bytes', `${KEYS_HELD[FEW]} keys`, `${KEYS_HELD[MANY]} keys`, 'ratio']];
  for (const { bytes } of SIZES) {
    const cost = (receiver: number) => find(rows, { ...ALONE, operation: 'open', bytes, receiver });
    const [few, many] = [cost(FEW), cost(MANY)];
    const ratio = (many.median / few.median).toFixed(2);
    table.push([String(bytes), asText(few), asText(many), ratio]);
  }
  print(`${browser}, microseconds a frame opened by frameseal, with so many keys held`, table);
}

await main();
