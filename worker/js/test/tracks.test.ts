import assert from 'node:assert/strict';
import { test } from 'node:test';

import { TrackNumbers, trackName, trackNumber } from '../src/client/tracks.js';

test('names and numbers', () => {
  const names = ['data', 'microphone', 'camera', 'screen', 'screen-audio', 'track-5', 'track-6'];
  for (const [number, name] of names.entries()) {
    assert.equal(trackNumber(name), number);
    assert.equal(trackName(number), name);
  }
  assert.equal(trackName(15), 'track-15');
  assert.equal(trackNumber('track-16'), undefined);
  assert.equal(trackNumber('toString'), undefined);
});

test('senders are numbered by kind and order, and share the last number', () => {
  const numbers = new TrackNumbers();
  const kinds = ['video', 'audio', 'video', 'audio', 'audio', 'video'] as const;
  const names = kinds.map((kind) => trackName(numbers.assign(kind)));
  assert.deepEqual(names, ['camera', 'microphone', 'screen', 'screen-audio', 'track-5', 'track-6']);

  const further = Array.from({ length: 10 }, () => numbers.assign('video'));
  assert.deepEqual(further, [7, 8, 9, 10, 11, 12, 13, 14, 15, 15]);
});

test('numbers given back or chosen by the application', () => {
  const numbers = new TrackNumbers();
  numbers.reserve(2);
  assert.equal(numbers.assign('video'), 3);
  numbers.free(2);
  assert.equal(numbers.assign('video'), 2);
});
