import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Verification } from '../verification.ts';

test('what was compared is of one key', () => {
  const verification = new Verification();
  verification.set('bob', 'key 1', true);
  assert.ok(verification.isVerified('bob', 'key 1'));
  assert.ok(!verification.isVerified('bob', 'key 2'));
  assert.ok(!verification.isVerified('carol', 'key 1'));
  assert.ok(!verification.isVerified('bob', undefined));
  verification.set('bob', 'key 1', false);
  assert.ok(!verification.isVerified('bob', 'key 1'));
  verification.set('carol', undefined, true);
  assert.ok(!verification.isVerified('carol', undefined));
});
