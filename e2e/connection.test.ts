/** Connections that cannot send in the clear go on being connections. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bench } from './lib/bench.ts';
import { inBrowsers } from './lib/suite.ts';

inBrowsers((bench) => {
  const closed = bench.name === 'chromium' ? 'closed' : 'unknown';
  const open = bench.name === 'chromium' ? 'open' : 'unknown';
  const traps = <Result>(body: Run<typeof import('./pages/traps.ts'), Result>) => inPage(bench, 'traps', body);

  test('TURN credentials can be refreshed', async () => {
    const result = await traps((page) => page.run('refresh'));
    assert.deepEqual(result, { verdict: closed, username: 'today' });
  });

  test('what a configuration inherits counts', async () => {
    const result = await traps((page) => page.run('inherit'));
    assert.deepEqual(result, { verdict: closed, policy: 'relay' });
  });

  test('every constructor makes connections that are closed, or that refuse', async () => {
    const { prefixed, ...verdicts } = await traps((page) => page.run('construct'));
    assert.deepEqual(verdicts, {
      plain: 'sealed',
      subclass: 'sealed',
      'by the prototype': 'sealed',
      'of a frame': 'sealed',
      // Firefox heeds a transform at any time, and so is in time.
      kept: bench.name === 'chromium' ? 'encoded-streams-disabled, stopped' : 'sealed',
      'is still what it is': 'true',
      'after undo()': open,
    });
    assert.equal(prefixed, bench.name === 'chromium' ? 'sealed' : undefined);
  });

  test('sessions share a page', async () => {
    const verdicts = await traps((page) => page.run('share'));
    assert.deepEqual(verdicts, {
      exempt: 'open',
      'waits, and is told': 'true',
      'claimed later': 'sealed',
      'attached by hand': 'sealed',
      'made by a session': 'sealed',
      'made by a session while another claims all': 'sealed',
    });
  });

  test("an application's own parameters never fail because of ours", async (context) => {
    const run = (joins: number | undefined) =>
      inPage(bench, 'parameters', (page: Remote<typeof import('./pages/parameters.ts')>) =>
        page.run('change', 1000, joins),
      );
    const alone = await run(undefined);
    const sealed = await run(20);
    context.diagnostic(`rejected: ${alone.rejected.length} alone, ${sealed.rejected.length} of ${sealed.made} with ours`);
    assert.equal(sealed.joined, 20);
    assert.deepEqual(sealed.rejected, alone.rejected);
  });
});

type Remote<Module> = Awaited<ReturnType<typeof Bench.prototype.open<Module>>>;
type Run<Module, Result> = (page: Remote<Module>) => Promise<Result>;

async function inPage<Module, Result>(bench: Bench, name: string, body: Run<Module, Result>): Promise<Result> {
  const page = await bench.open<Module>(name);
  try {
    return await body(page);
  } finally {
    await page.close();
  }
}
