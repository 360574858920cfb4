// Checks the package as applications get it: packed, and in a folder of their own.

import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from '../pack.mjs';

const TOOLS = join(import.meta.dirname, 'node_modules');

const RESOLUTIONS = {
  node10: { module: 'esnext', moduleResolution: 'node10' },
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
};
const COMPILERS = {
  'typescript-5.0': ['node10', 'nodenext', 'bundler'],
  'typescript-5.9': ['node10', 'nodenext', 'bundler'],
  'typescript-7': ['nodenext', 'bundler'], // which has no node10 any more
};
const TARGETS = ['es2020', 'es2022', 'esnext'];

const tarball = await pack();
const application = await mkdtemp(join(tmpdir(), 'frameseal-consumer-'));
try {
  await install();
  await all([...compilations(), lint, resolve]);
} finally {
  await rm(application, { recursive: true });
}

/** Makes an application with the package in it, and the package's own quick start. */
async function install() {
  await cp(join(import.meta.dirname, 'consumer'), application, { recursive: true });
  await writeFile(join(application, 'package.json'), '{ "private": true, "type": "module" }');
  const args = ['install', tarball, '--offline', '--no-package-lock', '--silent'];
  execFileSync('npm', args, { cwd: application, stdio: 'inherit' });
  const readme = await readFile(join(application, 'node_modules/frameseal/README.md'), 'utf8');
  const [, code] = /^```ts\n(.*?)^```$/ms.exec(readme);
  const given = 'declare const socket: WebSocket;\ndeclare const secret: Uint8Array;\n';
  await writeFile(join(application, 'quick-start.ts'), given + code);
}

/** Every compiler, with every resolution that it has, for every target. */
function compilations() {
  return Object.entries(COMPILERS).flatMap(([compiler, resolutions]) =>
    resolutions.flatMap((resolution) =>
      TARGETS.map((target) => () => compile(compiler, resolution, target)),
    ),
  );
}

async function compile(compiler, resolution, target) {
  const title = `${compiler} ${resolution} ${target}`;
  const project = join(application, `${title.replaceAll(' ', '-')}.json`);
  const compilerOptions = {
    ...RESOLUTIONS[resolution],
    target,
    lib: [target, 'dom', 'dom.iterable'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    skipDefaultLibCheck: true, // the compiler's own
    types: [],
    noEmit: true,
  };
  await writeFile(project, JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  await run(title, `${compiler}/bin/tsc`, '--project', project);
}

async function lint() {
  await run('publint', '.bin/publint', tarball, '--strict');
}

/** Whether types and scripts are found, and belong together. */
async function resolve() {
  // The package is ES modules alone, which `require()` takes in Node 20.19 and later.
  const rules = ['--ignore-rules', 'cjs-resolves-to-esm'];
  await run('attw', '.bin/attw', tarball, ...rules, '--format', 'ascii');
}

/** Runs a tool; what it says matters only if it fails. */
function run(title, tool, ...args) {
  const script = join(TOOLS, tool);
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { cwd: application }, (error, stdout, stderr) => {
      if (error) {
        console.error(`${title}:\n${stdout}${stderr}`);
        process.exitCode = 1;
      }
      resolve();
    });
  });
}

/** Does all of the work, on every processor. */
async function all(work) {
  const queue = work.values();
  const processors = Array.from({ length: availableParallelism() }, async () => {
    for (const piece of queue) await piece();
  });
  await Promise.all(processors);
}
