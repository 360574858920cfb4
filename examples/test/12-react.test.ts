/** A session in a component: as long as that is there, in Strict Mode too. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../e2e/lib/until.ts';
import { example, withExample } from './example.ts';

example('12-react');

test('12-react: a component that goes closes its session, and the next one has another', () =>
  withExample('12-react', ['chromium', 'firefox'], {}, async (call) => {
    await call.flows();
    const [alice] = call.people as [(typeof call.people)[0]];
    const { sessions, closed } = await alice.testify();
    assert.deepEqual({ sessions, closed }, { sessions: 2, closed: 1 }, 'Strict Mode mounts twice');
    await alice.click('button');
    await until('a closed session', async () => (await alice.testify()).closed === 2);
    await alice.click('button');
    await call.flows();
    assert.equal((await alice.testify()).sessions, 4);
    await call.isSealed();
  }));
