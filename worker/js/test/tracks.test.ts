import assert from 'node:assert/strict';
import { test } from 'node:test';

import { TrackNumbers, trackName, trackNumber } from '../src/client/tracks.js';

test('names and numbers', () => {
  const names = ['microphone', 'camera', 'screen', 'screen-audio', 'track-4', 'track-5'];
  for (const [number, name] of names.entries()) {
    assert.equal(trackNumber(name), number);
    assert.equal(trackName(number), name);
  }
  assert.equal(trackName(11), 'track-11');
  assert.equal(trackNumber('track-11'), 11);
  assert.equal(trackNumber('track-12'), undefined);
  assert.equal(trackNumber('data'), undefined);
  assert.equal(trackNumber('toString'), undefined);
});

test('senders are numbered by kind and order, and share the last number', () => {
  const numbers = new TrackNumbers();
  const kinds = ['video', 'audio', 'video', 'audio', 'audio', 'video'] as const;
  const names = kinds.map((kind) => trackName(numbers.assign(kind)));
  assert.deepEqual(names, ['camera', 'microphone', 'screen', 'screen-audio', 'track-4', 'track-5']);

  const further = Array.from({ length: 10 }, () => numbers.assign('video'));
  assert.deepEqual(further, [6, 7, 8, 9, 10, 11, 11, 11, 11, 11]);
});

test('numbers given back or chosen by the application', () => {
  const numbers = new TrackNumbers();
  numbers.reserve(1);
  assert.equal(numbers.assign('video'), 2);
  numbers.free(1);
  assert.equal(numbers.assign('video'), 1);
});
