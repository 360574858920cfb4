import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TrackIds } from '../track-ids.ts';

const sdp = [
  'v=0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=msid:janus janus0',
  'a=ssrc:1 msid:janus janus0',
  'a=ssrc:1 cname:janus',
  'm=video 9 UDP/TLS/RTP/SAVPF 96',
  'a=msid:- janus1',
  '',
].join('\r\n');

test('tracks get names of our own, and keep them', () => {
  const ids = new TrackIds();
  const { type, sdp: once = '' } = ids.rewrite({ type: 'offer', sdp });
  assert.equal(type, 'offer');
  assert.doesNotMatch(once, /janus[01]/);
  const [audio, ssrc, video] = [...once.matchAll(/msid:\S+ (.+)\r$/gm)].map(([, id]) => id);
  assert.match(audio!, /^[\w-]{22}$/);
  assert.equal(audio, ssrc);
  assert.notEqual(audio, video);
  assert.equal(once.replaceAll(audio!, 'janus0').replaceAll(video!, 'janus1'), sdp);
  assert.equal(ids.rewrite({ type: 'offer', sdp }).sdp, once);
  assert.notEqual(new TrackIds().rewrite({ type: 'offer', sdp }).sdp, once);
});
