/** How an application comes to a browser: by bundlers, none of which is configured, and without. */

import { page, type Application } from './application.ts';
import { serveFolder, type Server } from './server.ts';

export interface Way {
  bundler: string;
  /** The package whose program it is, if there is one. */
  program?: string;
  /** The package whose version counts, if it is another. */
  engine?: string;
  mode: string;
  /** Content Security Policy of all files; `CDN` is where the library comes from, if from elsewhere. */
  policy?: string;
  /** Builds the application, where that has to be done, and serves it. */
  serve(application: Application): Promise<Server>;
}

export function vite(program: string): Way[] {
  const serve = (application: Application, command: string) => {
    return application.serve(program, /Local:/, command, '--strictPort', ...at('--host'));
  };
  return [
    { bundler: 'Vite', program, mode: 'dev', serve: (application) => serve(application, 'dev') },
    {
      bundler: 'Vite',
      program,
      mode: 'build',
      async serve(application) {
        await application.run(program, 'build');
        return serve(application, 'preview');
      },
    },
  ];
}

/** What Vite builds, under a policy. */
export function strictly(program: string, policy: string): Way {
  return {
    bundler: 'Vite',
    program,
    mode: 'build',
    policy,
    async serve(application) {
      await application.run(program, 'build');
      return serveFolder(application.path('dist'), under(policy));
    },
  };
}

export const ESBUILD: readonly Way[] = [
  bundle({ ...by('esbuild'), mode: 'ESM' }, 'src/index.js --bundle --format=esm --outdir=dist'),
  bundle(
    { ...by('esbuild'), mode: 'ESM, splitting' },
    'src/index.js --bundle --format=esm --splitting --outdir=dist',
  ),
  bundle({ ...by('esbuild'), mode: 'IIFE' }, 'src/index.js --bundle --outdir=dist', page('index.js')),
];

const WEBPACK = ['production', 'development'].flatMap((mode) => [
  bundle({ ...by('webpack'), mode }, `build --mode ${mode}`, page('main.js')),
  bundle(
    { ...by('Rspack', '@rspack/cli'), engine: '@rspack/core', mode },
    `build --mode ${mode}`,
    page('main.js'),
  ),
]);

const ROLLUP = bundle(
  { ...by('Rollup'), mode: 'build' },
  '--plugin node-resolve --input src/index.js --dir dist',
);

const PARCEL: readonly Way[] = [
  {
    ...by('Parcel'),
    mode: 'serve',
    serve: (application) => {
      return application.serve('parcel', /Built in/, 'serve', 'index.html', ...at('--host'));
    },
  },
  {
    ...by('Parcel'),
    mode: 'build',
    async serve(application) {
      await application.run('parcel', 'build', 'index.html');
      return serveFolder(application.path('dist'));
    },
  },
];

const NEXT = ['Turbopack', 'webpack'].flatMap((inner): Way[] => {
  const option = `--${inner.toLowerCase()}`;
  const place = at('--hostname');
  return [
    {
      ...by('Next.js', 'next'),
      mode: `${inner}, dev`,
      serve: (application) => application.serve('next', /Ready in/, 'dev', option, ...place),
    },
    {
      ...by('Next.js', 'next'),
      mode: `${inner}, build`,
      async serve(application) {
        await application.run('next', 'build', option);
        return application.serve('next', /Ready in/, 'start', ...place);
      },
    },
  ];
});

/** The modules as they are, with an import map. */
function plain(policy?: string): Way {
  return {
    bundler: 'none',
    mode: 'import map',
    ...(policy && { policy }),
    async serve(application) {
      await application.write('index.html', pageWithMap('./node_modules/frameseal/dist/frameseal.js'));
      return serveFolder(application.folder, under(policy));
    },
  };
}

/** The same, and the library comes from another origin. */
export function fromElsewhere(policy?: string): Way {
  return {
    bundler: 'none',
    mode: 'import map, CDN',
    ...(policy && { policy }),
    async serve(application) {
      const cdn = await serveFolder(application.path('node_modules/frameseal/dist'), {
        'access-control-allow-origin': '*',
      });
      await application.write('index.html', pageWithMap(`${cdn.origin}/frameseal.js`));
      const { origin, close } = await serveFolder(
        application.folder,
        under(policy?.replace('CDN', cdn.origin)),
      );
      return { origin, close: async () => void (await Promise.all([close(), cdn.close()])) };
    },
  };
}

/** Everything that is tried. */
export const WAYS: readonly Way[] = [
  ...['vite-5', 'vite-6', 'vite-7', 'vite-8'].flatMap(vite),
  ...WEBPACK,
  ROLLUP,
  ...PARCEL,
  ...ESBUILD,
  ...NEXT,
  plain(),
  fromElsewhere(),
  ...[
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'",
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:",
    "require-trusted-types-for 'script'",
    "require-trusted-types-for 'script'; trusted-types frameseal",
  ].map((policy) => strictly('vite-8', policy)),
  // As Google recommends it, and WebAssembly.
  plain(
    "script-src 'nonce-once' 'strict-dynamic' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'; " +
      "require-trusted-types-for 'script'",
  ),
  fromElsewhere("default-src 'none'; script-src 'self' 'nonce-once' CDN 'wasm-unsafe-eval'; worker-src blob:"),
];

function by(bundler: string, program = bundler.toLowerCase()): { bundler: string; program: string } {
  return { bundler, program };
}

/** A bundler that makes scripts in `dist/`, by a command of its program. */
function bundle(
  way: Omit<Way, 'serve'> & { program: string },
  command: string,
  html = page('index.js', 'type="module"'),
): Way {
  return {
    ...way,
    async serve(application) {
      await application.run(way.program, ...command.split(' '));
      await application.write('dist/index.html', html);
      return serveFolder(application.path('dist'));
    },
  };
}

/** Where a server is to listen. */
function at(host: string): string[] {
  return [host, '127.0.0.1', '--port', 'PORT'];
}

function pageWithMap(frameseal: string): string {
  const map = JSON.stringify({ imports: { frameseal } });
  const nonce = 'nonce="once"';
  return page('src/index.js', `type="module" ${nonce}`, `<script type="importmap" ${nonce}>${map}</script>\n`);
}

/** The headers that set a policy. */
export function under(policy: string | undefined): Record<string, string> {
  return policy ? { 'content-security-policy': policy } : {};
}
