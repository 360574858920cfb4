/** Connections that cannot send in the clear go on being connections. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inBrowsers } from './lib/suite.ts';

inBrowsers((bench) => {
  const closed = bench.name === 'chromium' ? 'closed' : 'unknown';
  const open = bench.name === 'chromium' ? 'open' : 'unknown';

  test('TURN credentials can be refreshed', async () => {
    const result = await bench.run('traps', 'refresh');
    assert.deepEqual(result, { verdict: closed, username: 'today' });
  });

  test('what a configuration inherits counts', async () => {
    const result = await bench.run('traps', 'inherit');
    assert.deepEqual(result, { verdict: closed, policy: 'relay' });
  });

  test('every constructor makes connections that are closed, or that refuse', async () => {
    const { prefixed, ...verdicts } = await bench.run('traps', 'construct');
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
    const verdicts = await bench.run('traps', 'share');
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
    const alone = await bench.run('parameters', 'change', CHANGES, null);
    const sealed = await bench.run('parameters', 'change', CHANGES, 20);
    context.diagnostic(`rejected: ${alone.length} alone, ${sealed.length} of ${CHANGES} with ours`);
    assert.deepEqual(sealed, alone);
  });
});

/** Of parameters, one after the other. */
const CHANGES = 1000;
