/**
 * Sealed calls of one application that came to the browser by every bundler, as it is without a
 * configuration, and under strict policies; written to `target/e2e/bundlers.json`.
 *
 *     cargo xtask e2e bundlers --bundler 'vite 7' --browser firefox
 */

import { parseArgs } from 'node:util';
import { installBundlers, versionOf } from './lib/application.ts';
import { WAYS } from './lib/bundlers.ts';
import { BROWSERS, launch, type BrowserName } from './lib/browsers.ts';
import { writeReport } from './lib/report.ts';
import { call, serving, type Verdict } from './lib/sealed-call.ts';

interface Row {
  bundler: string;
  version: string;
  mode: string;
  browser: BrowserName;
  policy: string;
  sealed_call: boolean;
  /** Where the worker came from, if there is a call. */
  worker: Verdict['worker'];
}

const { values } = parseArgs({ options: { bundler: { type: 'string' }, browser: { type: 'string' } } });
const { bundler: wanted = '', browser: only } = values;
const names = BROWSERS.filter((name) => !only || name === only);

await installBundlers();
const browsers = await Promise.all(names.map((name) => launch(name)));
const rows: Row[] = [];
for (const way of WAYS) {
  const { bundler, program, engine = program, mode, policy = '' } = way;
  const version = engine ? await versionOf(engine) : '';
  if (!`${bundler} ${version}`.toLowerCase().startsWith(wanted.toLowerCase())) continue;
  const verdicts = await serving(way, async (url) => {
    const all: Verdict[] = [];
    for (const browser of browsers) all.push(await call(browser, url));
    return all;
  }).catch(({ message }: Error) => names.map((): Verdict => ({ fault: message })));
  for (const [index, { fault, worker }] of verdicts.entries()) {
    const browser = names[index]!;
    rows.push({ bundler, version, mode, browser, policy, sealed_call: !fault, worker });
    const name = [bundler, version, mode, browser, policy].filter(Boolean).join(', ');
    console.log(`${name}: ${fault ?? `sealed, worker from a ${worker}`}`);
  }
  writeReport('bundlers', rows);
}
await Promise.all(browsers.map((browser) => browser.close()));
const isGood = rows.length > 0 && rows.every(({ sealed_call }) => sealed_call);
process.exit(isGood ? 0 : 1);
