import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Verification } from '../verification.ts';

const BOB = { id: 'b', name: 'Bob', fingerprint: 'key 1' };

test('what was compared is of one key, under one name', () => {
  const verification = new Verification();
  verification.set(BOB, true);
  assert.ok(verification.isVerified(BOB));
  assert.ok(!verification.isVerified({ ...BOB, fingerprint: 'key 2' }));
  assert.ok(!verification.isVerified({ ...BOB, name: 'Carol' }));
  assert.ok(!verification.isVerified({ ...BOB, id: 'c' }));
  verification.set(BOB, false);
  assert.ok(!verification.isVerified(BOB));
});

test('without a key nothing was compared', () => {
  const verification = new Verification();
  verification.set({ id: 'b', name: 'Bob' }, true);
  assert.ok(!verification.isVerified({ id: 'b', name: 'Bob' }));
});
