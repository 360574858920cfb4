import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Openings } from '../openings.ts';

const sending = { microphone: true, camera: true, screen: false };

test('what is sent and not opened for 4 s is missing', () => {
  const openings = new Openings();
  assert.deepEqual(openings.missing('bob', sending, 0), []);
  openings.update([{ member: 'bob', track: 'microphone', passed: 10 }], 3000);
  assert.deepEqual(openings.missing('bob', sending, 4000), ['camera']);
  openings.update([{ member: 'bob', track: 'microphone', passed: 10 }], 7000);
  assert.deepEqual(openings.missing('bob', sending, 7000), ['microphone', 'camera']);
});

test('switching on anew gives new time', () => {
  const openings = new Openings();
  openings.missing('bob', sending, 0);
  openings.missing('bob', { ...sending, camera: false, microphone: false }, 5000);
  assert.deepEqual(openings.missing('bob', sending, 6000), []);
  assert.deepEqual(openings.missing('bob', sending, 10_000), ['microphone', 'camera']);
});

test('a screen on which nothing moves is not missing once it was there', () => {
  const openings = new Openings();
  const screen = { microphone: false, camera: false, screen: true };
  openings.missing('bob', screen, 0);
  assert.deepEqual(openings.missing('bob', screen, 4000), ['screen']);
  openings.update([{ member: 'bob', track: 'screen', passed: 1 }], 5000);
  assert.deepEqual(openings.missing('bob', screen, 60_000), []);
});

test('two receivers of one track, as while a connection is replaced, count together', () => {
  const openings = new Openings();
  const camera = { microphone: false, camera: true, screen: false };
  openings.missing('bob', camera, 0);
  const old = { member: 'bob', track: 'camera', passed: 100 };
  openings.update([old, { ...old, passed: 1 }], 1000);
  openings.update([old, { ...old, passed: 9 }], 9000);
  assert.deepEqual(openings.missing('bob', camera, 10_000), []);
});
