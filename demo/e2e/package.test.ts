/** The npm package as an application gets it: its errors, its scripts, and strict pages. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gather } from './lib/evidence.ts';
import { inBrowsers } from './lib/suite.ts';
import type { CallOptions, Call } from './lib/call.ts';

inBrowsers((bench) => {
  test('wrong calls fail, each in its way', async () => {
    const page = await bench.page('misuse');
    const verdicts = await page.evaluate(() => window.misuse());
    for (const { call, expected, actual } of verdicts) assert.equal(actual, expected, call);
    await page.close();
  });

  test('the worker that the package starts by itself', async () => {
    await bench.call({ worker: null }, opensBothWays);
  });

  test('the worker in a single file', async () => {
    await bench.call({ worker: 'tapped-single', classic: true }, async (call) => {
      await opensBothWays(call);
      const { toAlice, toBob } = await call.finish();
      for (const direction of [toAlice, toBob]) {
        const { lost, forged, leaks } = gather(direction, 'video');
        assert.deepEqual({ lost, forged, leaks }, { lost: 0, forged: 0, leaks: 0 });
      }
    });
  });
});

const csp = (script: string) => ({
  'content-security-policy': `default-src 'self'; script-src ${script}; worker-src 'self'`,
});

inBrowsers(
  (bench) => {
    for (const worker of [null, 'tapped']) {
      const options: CallOptions = { worker };
      test(`a strict content security policy, ${worker ?? "the package's own worker"}`, () =>
        bench.call(options, opensBothWays));
    }
  },
  { headers: csp("'self' 'wasm-unsafe-eval'") },
);

inBrowsers(
  (bench) => {
    test('a policy without WebAssembly is told by create()', async () => {
      await assert.rejects(bench.call({ worker: null }, opensBothWays), /wasm-unsafe-eval/);
    });
  },
  { headers: csp("'self'") },
);

async function opensBothWays(call: Call): Promise<void> {
  await call.connect();
  await call.flows();
  for (const peer of [call.alice, call.bob]) assert.deepEqual(await peer.run('problems'), []);
}
