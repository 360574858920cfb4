/** Where figures go, what they were measured on, and how they are summed up. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { markdownTable } from 'markdown-table';
import { quantile } from 'simple-statistics';

const REPORT = fileURLToPath(new URL('../../../target/bench/', import.meta.url));

/** Of what was measured in each round. */
export interface Spread {
  median: number;
  p10: number;
  p90: number;
}

export function spread(values: number[]): Spread {
  const at = (share: number) => rounded(quantile(values, share));
  return { median: at(0.5), p10: at(0.1), p90: at(0.9) };
}

/** For example `7.1 (6.9-8.4)`. */
export function asText({ median, p10, p90 }: Spread): string {
  return `${median} (${p10}-${p90})`;
}

/** Writes `target/bench/<name>.json`. */
export function write(name: string, rows: object[]): void {
  mkdirSync(REPORT, { recursive: true });
  writeFileSync(`${REPORT}${name}.json`, `${JSON.stringify(rows, null, 2)}\n`);
}

/** Prints rows under a header, as Markdown. */
export function print(title: string, rows: string[][]): void {
  const align = rows[0]!.map((_, column) => (column === 0 ? 'l' : 'r'));
  console.log(`\n${title}\n\n${markdownTable(rows, { align })}`);
}

/** Processors, and how busy they were with whatever else. */
export function machine(): string {
  const load = loadavg().map(rounded).join(' ');
  return `${cpus().length} x ${cpus()[0]?.model}, Linux load average ${load}`;
}

/** Three digits: what is behind them changes from run to run. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
