import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roomNumber } from '../forwarding.ts';

test('a room has one number, which JavaScript and Janus can both hold', async () => {
  const number = await roomNumber('standup', true);
  assert.equal(number, await roomNumber('standup', true));
  assert.ok(Number.isSafeInteger(number) && number > 0 && number < 2 ** 52);
  assert.notEqual(number, await roomNumber('retro', true));
  assert.notEqual(number, await roomNumber('standup', false));
});
