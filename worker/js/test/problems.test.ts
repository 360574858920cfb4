import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { HINTS, SEVERITY } from '../src/client/problems.js';

test('every problem has a cause and a cure', () => {
  for (const [code, hint] of Object.entries(HINTS)) {
    assert.match(hint, /^[A-Za-z][^.]+\. [A-Z].+\.$/, code);
  }
});

test('the documentation says of every problem what the page says', async () => {
  const page = await readFile(new URL('../../../docs/integration.md', import.meta.url), 'utf8');
  for (const [code, hint] of Object.entries(HINTS)) {
    assert.ok(page.includes(`| \`${code}\` | ${SEVERITY} | ${hint} |`), code);
  }
});
