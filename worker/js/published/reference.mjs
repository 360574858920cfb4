// Writes docs/reference/: a page for each entry of the package, from the declarations in dist/.
// With --check it writes nothing, and fails if the pages are not what it would write.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Application } from 'typedoc';
import { entry, ReferenceRouter, ReferenceTheme } from './reference-theme.mjs';

const PACKAGE = join(import.meta.dirname, '..');
const PAGES = join(PACKAGE, '../../docs/reference');

if (process.argv.includes('--check')) await check();
else await write(PAGES);

async function write(folder) {
  const application = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    name: 'Reference',
    entryPoints: ['frameseal', 'install', 'negotiation'].map((name) => `${PACKAGE}/dist/${name}.d.ts`),
    tsconfig: join(import.meta.dirname, 'tsconfig.json'),
    logLevel: 'Warn',
    treatWarningsAsErrors: true,
    excludePrivate: true,
    excludeExternals: true,
    out: folder,
    readme: 'none',
    sort: ['source-order'],
    kindSortOrder: ['Function', 'Class', 'Interface', 'TypeAlias'],
    groupOrder: ['Functions', '*'],
    // What changes without a change of the package.
    disableSources: true,
    hideGenerator: true,
    // Signatures have all types, with links.
    expandObjects: true,
    expandParameters: true,
    hideBreadcrumbs: true,
    hidePageHeader: true,
    pageTitleTemplates: {
      index: ({ projectName }) => projectName,
      module: ({ name }) => entry(name),
    },
  });
  application.renderer.defineRouter('reference', ReferenceRouter);
  application.renderer.defineTheme('reference', ReferenceTheme);
  application.options.setValue('router', 'reference');
  application.options.setValue('theme', 'reference');
  const project = await application.convert();
  if (project) await application.generateOutputs(project);
  if (application.logger.hasErrors() || application.logger.hasWarnings()) process.exit(1);
}

async function check() {
  const folder = await mkdtemp(join(tmpdir(), 'frameseal-reference-'));
  await write(folder);
  const [expected, actual] = await Promise.all([folder, PAGES].map(contents));
  await rm(folder, { recursive: true });
  if (expected === actual) return;
  console.error('docs/reference/ is not what the types say: run `cargo xtask reference`');
  process.exitCode = 1;
}

async function contents(folder) {
  const names = await readdir(folder).catch(() => []);
  const pages = names.map(async (name) => `${name}\n${await readFile(join(folder, name), 'utf8')}`);
  return (await Promise.all(pages)).sort().join();
}
