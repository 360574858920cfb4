// Declares what the package exports: for each entry one file beside the script, with everything in it
// that it names and nothing else.

import { spawnSync } from 'node:child_process';
import { appendFile, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CompilerState, Extractor, ExtractorConfig } from '@microsoft/api-extractor';

// What tsc writes for each source, beside what wasm-bindgen wrote.
const SINGLE = 'dist/types';

// `entries`: sources, by the names of the scripts. `files`: what a page does not import, but fetch.
export async function declare(entries, files) {
  await cp('wasm/frameseal.d.ts', `${SINGLE}/wasm/frameseal.d.ts`);
  compile();
  const configs = Object.entries(entries).map(([name, source]) => configure(name, source));
  // They have most of their program in common.
  const state = CompilerState.create(configs[0], {
    additionalEntryPoints: configs.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath),
  });
  for (const config of configs) bundle(config, state);
  // The bundler leaves out what is global.
  await appendFile('dist/frameseal.d.ts', await readFile('src/client/globals.d.ts'));
  await rm(SINGLE, { recursive: true });

  const nothing = '/** A file for a worker: it exports nothing. */\nexport {};\n';
  for (const name of files) await writeFile(`dist/${name}.d.ts`, nothing);
}

function compile() {
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
  const { status } = spawnSync(process.execPath, [join(typescript, 'bin/tsc')], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the declarations do not compile');
}

function configure(name, source) {
  const projectFolder = process.cwd();
  const declaration = join(projectFolder, SINGLE, source.replace(/\.ts$/, '.d.ts'));
  return ExtractorConfig.prepare({
    packageJsonFullPath: join(projectFolder, 'package.json'),
    configObject: {
      projectFolder,
      mainEntryPointFilePath: declaration,
      compiler: { overrideTsconfig: { extends: './tsconfig.json', files: [declaration], include: [] } },
      dtsRollup: {
        enabled: true,
        untrimmedFilePath: '',
        publicTrimmedFilePath: join(projectFolder, `dist/${name}.d.ts`), // without what is @internal
        omitTrimmingComments: true,
      },
      messages: {
        compilerMessageReporting: { default: { logLevel: 'error' } },
        extractorMessageReporting: {
          default: { logLevel: 'none' },
          // Whatever an entry names, it exports.
          'ae-forgotten-export': { logLevel: 'error' },
        },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
  });
}

function bundle(config, compilerState) {
  const { succeeded } = Extractor.invoke(config, {
    compilerState,
    messageCallback: (message) => {
      if (message.logLevel !== 'error') message.handled = true; // says which TypeScript it has
    },
  });
  if (!succeeded) throw new Error(`${config.publicTrimmedFilePath} cannot be written`);
}
