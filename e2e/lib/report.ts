/** Reports, each a file in `target/e2e/`. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../target/e2e/', import.meta.url));

export function writeReport(name: string, rows: readonly object[]): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}${name}.json`, `${JSON.stringify(rows, null, 2)}\n`);
}
