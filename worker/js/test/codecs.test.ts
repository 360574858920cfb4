import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { NegotiatedCodec } from '../src/protocol.ts';
import { Codecs } from '../src/worker/codecs.ts';

const VIDEO: NegotiatedCodec[] = [
  [96, 'video/VP8'],
  [97, 'video/rtx'],
  [98, 'video/VP9'],
  [99, 'video/rtx'],
  [100, 'video/red'],
  [101, 'video/ulpfec'],
];

test('a payload type names its codec', () => {
  const codecs = new Codecs();
  codecs.set(1, VIDEO);
  assert.equal(codecs.find(1, 98), 'video/VP9');
  assert.equal(codecs.find(1, 102), undefined);
  assert.equal(codecs.find(2, 98), undefined);
});

test('without one, the only codec that was negotiated is it', () => {
  const codecs = new Codecs();
  codecs.set(1, VIDEO);
  assert.equal(codecs.find(1, undefined), undefined);
  codecs.set(1, [[96, 'video/H264'], [97, 'video/rtx'], [98, 'video/H264']]);
  assert.equal(codecs.find(1, undefined), 'video/H264');
  codecs.set(1, [[111, 'audio/opus'], [110, 'audio/telephone-event'], [13, 'audio/CN']]);
  assert.equal(codecs.find(1, undefined), 'audio/opus');
  codecs.delete(1);
  assert.equal(codecs.find(1, undefined), undefined);
});
