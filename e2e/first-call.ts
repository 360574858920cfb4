/**
 * From nothing to a sealed call in a new application, as the documentation says: prints each command and its
 * seconds, and writes them to `target/e2e/first-call.json`.
 *
 * The application is that of `npm create vite`, and npm has nothing in its cache.
 */

import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack, run, SOURCES } from './lib/application.ts';
import { BROWSERS, launch } from './lib/browsers.ts';
import { freePort, RunningProgram } from './lib/process.ts';
import { writeReport } from './lib/report.ts';
import { call } from './lib/sealed-call.ts';

interface Row {
  command: string;
  seconds: number;
}

const rows: Row[] = [];
const folder = await mkdtemp(join(tmpdir(), 'first-call-'));
const application = join(folder, 'first-call');
const env = { ...process.env, npm_config_cache: join(folder, 'cache') };
const browsers = await Promise.all(BROWSERS.map((name) => launch(name)));

try {
  await cp(await pack(), join(folder, 'frameseal.tgz'));
  await command('npm create --yes vite@9.3.0 first-call -- --template vanilla-ts --no-interactive', folder);
  await command('npm install');
  await command('npm install ../frameseal.tgz');
  await timed('the quick start into src/', async () => {
    await cp(join(SOURCES, 'call.ts'), join(application, 'src/call.ts'));
    await cp(join(SOURCES, 'index.ts'), join(application, 'src/main.ts'));
  });
  await callBy('vite');
  await command('npm run build');
  await callBy('vite preview');
} finally {
  await Promise.all(browsers.map((browser) => browser.close()));
  await rm(folder, { recursive: true });
}
const install = rows.findIndex(({ command }) => command.includes('frameseal.tgz'));
const sealed = rows.findIndex(({ command }) => command.includes('sealed call'));
const between = rows.slice(install, sealed + 1).reduce((sum, { seconds }) => sum + seconds, 0);
console.log(`${between.toFixed(1)} s from the package to the first sealed call`);
writeReport('first-call', rows);

/** Has a server of the application run, and calls in each browser. */
async function callBy(line: string): Promise<void> {
  const port = String(await freePort());
  // Not by npm, which ends without its server when it is told to stop.
  const [program = '', ...args] = `node_modules/.bin/${line} --host 127.0.0.1 --port ${port}`.split(' ');
  const server = await timed(`npx ${line}`, () => {
    return RunningProgram.start(join(application, program), { args, ready: /Local:/, cwd: application });
  });
  for (const [index, browser] of browsers.entries()) {
    await timed(`a sealed call in ${BROWSERS[index]}`, async () => {
      const { fault } = await call(browser, `http://127.0.0.1:${port}/`);
      if (fault) throw new Error(fault);
    });
  }
  await server.stop();
}

async function command(line: string, cwd = application): Promise<void> {
  const [program = '', ...args] = line.split(' ');
  await timed(line, () => run(program, args, { cwd, env }));
}

/** Does something, and notes how long it took. */
async function timed<T>(command: string, body: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await body();
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  rows.push({ command, seconds });
  console.log(`${seconds.toFixed(1).padStart(6)} s  ${command}`);
  return result;
}
