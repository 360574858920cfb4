import assert from 'node:assert/strict';
import { test } from 'node:test';

import { PROBLEMS } from '../src/client/problems.js';

test('every problem has a cause and a cure', () => {
  for (const [code, { hint }] of Object.entries(PROBLEMS)) {
    assert.match(hint, /^[A-Z][^.]+\. [A-Z].+\.$/, code);
  }
});
