/** Credentials that a server signs. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../e2e/lib/until.ts';
import type { Authority } from '../03-credentials/server.ts';
import { example, withExample } from './example.ts';

example('03-credentials');

test('03-credentials: whoever has none for the key is not let in', () => {
  const prepare = (authority: object): void => void ((authority as Authority).errs = true);
  return withExample('03-credentials', ['chromium', 'firefox'], { prepare }, async ({ people }) => {
    for (const person of people) {
      await until('a rejection', async () => {
        return Object.values((await person.testify()).members).includes('rejected');
      });
      await until('packets to come', async () => (await person.testify()).received > 20);
      const { decoded, opened } = await person.testify();
      assert.deepEqual({ decoded, opened }, { decoded: 0, opened: 0 });
    }
  });
});
