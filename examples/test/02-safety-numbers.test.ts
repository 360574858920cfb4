/** Numbers that two people compare. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../e2e/lib/until.ts';
import { example, withExample } from './example.ts';

example('02-safety-numbers');

test('02-safety-numbers: both read the same', () =>
  withExample('02-safety-numbers', ['chromium', 'firefox'], {}, async (call) => {
    const [alices, bobs] = await Promise.all(
      call.people.map((person) =>
        until('a safety number', async () => (await person.text('output')) || undefined),
      ),
    );
    assert.match(alices!, /^(\d{5} ){11}\d{5}$/);
    assert.equal(alices, bobs);
  }));
