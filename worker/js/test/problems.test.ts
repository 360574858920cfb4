import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { PROBLEMS } from '../src/client/problems.js';

test('every problem has a cause and a cure', () => {
  for (const [code, { hint }] of Object.entries(PROBLEMS)) {
    assert.match(hint, /^[A-Z][^.]+\. [A-Z].+\.$/, code);
  }
});

test('the documentation says of every problem what the code says', async () => {
  const page = await readFile(new URL('../../../docs/integration.md', import.meta.url), 'utf8');
  for (const [code, { hint }] of Object.entries(PROBLEMS)) {
    const [, cause, cure] = /^(.*?\.) (.*)$/.exec(hint) ?? [];
    assert.ok(page.includes(`| \`${code}\` | ${cause} | ${cure} |`), code);
  }
});
