/** A sender or receiver alone. WebRTC's objects are mocks. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FramesealError } from '../src/client/errors.js';
import { LoneEnd } from '../src/client/lone-end.js';

function senderOf(track: object | null, transport: object | null = null) {
  const sender = { track, transport, replaceTrack: async (next: object | null) => void (sender.track = next) };
  return { sender, lone: new LoneEnd(sender as unknown as RTCRtpSender) };
}

test('a sender that is stopped sends nothing, and takes no other track', async () => {
  const { sender, lone } = senderOf({ kind: 'video' });
  lone.stop();
  assert.equal(sender.track, null);
  const another = sender.replaceTrack({ kind: 'video' });
  await assert.rejects(another, (error) => error instanceof FramesealError);
  assert.equal(sender.track, null);
});

test('a stopped transceiver’s sender can be stopped again', () => {
  const { sender, lone } = senderOf({ kind: 'audio' });
  sender.replaceTrack = () => Promise.reject(new DOMException('stopped', 'InvalidStateError'));
  lone.stop();
});

test('it is negotiated when it has a transport, and over when that is closed', () => {
  const { sender, lone } = senderOf({ kind: 'video' });
  assert.deepEqual([lone.direction, lone.currentDirection], ['sendonly', null]);
  sender.transport = { state: 'connected' };
  assert.equal(lone.currentDirection, 'sendonly');
  sender.transport = { state: 'closed' };
  assert.equal(lone.currentDirection, 'stopped');
});

test('a receiver is over when its track has ended', () => {
  const receiver = { track: { readyState: 'live' }, transport: { state: 'connected' } };
  const lone = new LoneEnd(receiver as unknown as RTCRtpReceiver);
  assert.equal(lone.currentDirection, 'recvonly');
  receiver.track.readyState = 'ended';
  assert.equal(lone.currentDirection, 'stopped');
});
