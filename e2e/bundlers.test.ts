/**
 * The package with other tools, as far as that is quick, and what is told where a policy is too strict for it:
 * `bundlers.ts` tries everything.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Application } from './lib/application.ts';
import { ESBUILD, fromElsewhere, under, vite } from './lib/bundlers.ts';
import { call, serving } from './lib/sealed-call.ts';
import { serveFolder } from './lib/server.ts';
import { beside, inBrowsers } from './lib/suite.ts';

/** Policies, and what they are said to forbid of the worker beside the library, and of the one from a blob. */
const TOO_STRICT: [policy: string, beside: RegExp, blob: RegExp][] = [
  [
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'",
    /^connect-src \(http:.*\.wasm\)$/,
    /^worker-src \(blob\)$/,
  ],
  ["worker-src 'none'", /^worker-src \(http:.*\.js\)$/, /^worker-src \(blob\)$/],
  ["connect-src 'none'; worker-src 'self'", /^connect-src \(http:.*\.wasm\)$/, /^worker-src \(blob\)$/],
  ["default-src 'self'", /^script-src \('wasm-unsafe-eval'\)$/, /^worker-src \(blob\)$/],
  [
    "script-src 'self'; worker-src 'self' blob:",
    /^script-src \('wasm-unsafe-eval'\)$/,
    /^script-src \('wasm-unsafe-eval'\)$/,
  ],
  ...["'none'", 'other'].map((names): [string, RegExp, RegExp] => [
    `require-trusted-types-for 'script'; trusted-types ${names}`,
    /^trusted-types \(frameseal\) /,
    /^trusted-types \(frameseal\) /,
  ]),
];

const application = beside(
  async () => {
    const application = await Application.create('too-strict');
    await application.run('vite-7', 'build');
    return application;
  },
  async () => {},
);

inBrowsers((bench) => {
  for (const way of [vite('vite-7')[0]!, ...ESBUILD]) {
    test(`a sealed call by ${way.bundler}, ${way.mode}`, async () => {
      const { fault } = await serving(way, (url) => call(bench.browser, url));
      assert.equal(fault, undefined);
    });
  }

  for (const [policy, file, blob] of TOO_STRICT) {
    test(`what is forbidden by ${policy}`, async () => {
      const server = await serveFolder(application().path('dist'), under(policy));
      const { fault = '' } = await call(bench.browser, server.origin).finally(() => server.close());
      const told = forbidden(fault);
      assert.equal(told.length, 2, fault);
      for (const [index, expected] of [file, blob].entries()) assert.match(told[index]!, expected);
    });
  }

  test('what is forbidden of a library from another origin', async () => {
    const policy = "script-src 'self' 'nonce-once' CDN 'wasm-unsafe-eval'; worker-src 'self'";
    const { fault = '' } = await serving(fromElsewhere(policy), (url) => call(bench.browser, url));
    assert.deepEqual(forbidden(fault), ['worker-src (blob)']);
  });
});

/** What a message says is forbidden, place by place. */
function forbidden(message: string): string[] {
  return [...message.matchAll(/ forbids: (.*?)\. (?=As a|See)/g)].map(([, what]) => what!);
}
