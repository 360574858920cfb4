/**
 * A call of three minutes over a network that loses 5 % of all packets: picture and sound have to go
 * on in both directions, and nothing may look like an attack.
 *
 * Prints what came in every ten seconds, and writes it to `target/e2e/loss.json`.
 */

import { fileURLToPath } from 'node:url';
import { Bench } from './lib/bench.ts';
import { BROWSERS } from './lib/browsers.ts';
import { runLossily } from './lib/lossy-network.ts';
import type { Participant } from './lib/participant.ts';
import { writeReport } from './lib/report.ts';

const PERCENT = 5;
const CALL_MS = 180_000;
const INTERVAL_MS = 10_000;
/** Of some 100 pictures and 500 packets of sound in an interval. */
const LEAST_PICTURES = 20;
const LEAST_PACKETS = 100;
/** Of packets that were sent, in the whole call: fewer mean that nothing was tested. */
const LEAST_LOSS = PERCENT / 2;

/** What came to one member in one interval. */
interface Row {
  to: string;
  second: number;
  pictures: number;
  /** Of sound, which is not sent again. */
  packets: number;
  lost: number;
  /** Codes of all problems so far. */
  problems: string;
  faults: string[];
}

async function call(): Promise<void> {
  const rows: Row[] = [];
  await Bench.with({ browsers: BROWSERS, app: {} }, (bench) =>
    bench.meeting({}, async (call) => {
      const people = await call.joinAll(BROWSERS);
      await call.flows();
      const start = Date.now();
      while (Date.now() - start < CALL_MS) {
        rows.push(...(await Promise.all(people.map((one) => watch(one, start)))));
        for (const row of rows.slice(-people.length)) console.log(line(row));
      }
    }),
  );
  writeReport('loss', rows);

  const faults = rows.flatMap(({ to, second, faults }) =>
    faults.map((fault) => `${to}, second ${second}: ${fault}`),
  );
  const total = (what: 'packets' | 'lost') => rows.reduce((sum, row) => sum + row[what], 0);
  const loss = (100 * total('lost')) / (total('packets') + total('lost'));
  console.log(`${loss.toFixed(1)} % of the packets were lost`);
  if (loss < LEAST_LOSS) faults.push(`only ${loss.toFixed(1)} % of the packets were lost`);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
}

async function watch(participant: Participant, start: number): Promise<Row> {
  const before = await participant.received();
  await new Promise((over) => setTimeout(over, INTERVAL_MS));
  const after = await participant.received();
  const difference = (count: (received: typeof after) => number) => count(after) - count(before);
  const ofSound = (what: 'packets' | 'lost' | 'energy') =>
    difference(({ sounds }) => sounds.reduce((sum, sound) => sum + sound[what], 0));
  const [packets, lost] = [ofSound('packets'), ofSound('lost')];
  const pictures = difference(({ pictures }) => pictures);
  const problems = [...new Set(await participant.problems())];
  const faults: string[] = [];
  if (pictures < LEAST_PICTURES) faults.push(`${pictures} pictures`);
  if (packets < LEAST_PACKETS) faults.push(`${packets} packets of sound`);
  if (ofSound('energy') <= 0) faults.push('silence');
  if (problems.includes('authentication-failed')) faults.push('authentication failed');
  return {
    to: participant.name,
    second: Math.round((Date.now() - start) / 1000),
    pictures,
    packets,
    lost,
    problems: problems.join(', '),
    faults,
  };
}

function line({ to, second, pictures, packets, lost, problems, faults }: Row): string {
  const came = `${pictures} pictures, ${packets} packets of sound came, ${lost} were lost`;
  return [`${String(second).padStart(3)} s  to ${to}: ${came}`, problems, ...faults]
    .filter(Boolean)
    .join('; ');
}

const INSIDE = '--inside';
if (process.argv.includes(INSIDE)) await call();
else process.exitCode = await runLossily([fileURLToPath(import.meta.url), INSIDE], PERCENT);
