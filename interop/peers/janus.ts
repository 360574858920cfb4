/**
 * Peer: a VideoRoom of Janus, between a werift that publishes and a werift that subscribes.
 *
 * IN and OUT are RTP packets. Ways: `forward` (as they come to the subscriber) and `record` (as
 * they are in Janus' recording). Both come in the order in which they were sent.
 */

import { spawnSync } from 'node:child_process';
import { MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters } from 'werift';
import { Janus } from '../../e2e/lib/janus.ts';
import { JanusSession, type Description, type Handle } from './janus-session.ts';
import { Packets, recorded } from './packets.ts';
import { AUDIO, inTime, main, type Record } from './records.ts';

const MIME_TYPES = new Map([
  ['opus', 'audio/opus'],
  ['vp8', 'video/VP8'],
  ['vp9', 'video/VP9'],
  ['h264', 'video/H264'],
  ['h265', 'video/H265'],
  ['av1', 'video/AV1'],
]);

const ROOM = 1;
const PUBLISHER = 1;

/**
 * So many packets may be under way: few enough for the smallest socket buffer on the way, which
 * is therefore never too full to take one.
 */
const WINDOW = 48;

async function* run(
  codec: string,
  way: string,
  packets: readonly Record[],
): AsyncGenerator<Record> {
  const mimeType = MIME_TYPES.get(codec);
  if (!mimeType || (way !== 'forward' && way !== 'record')) {
    throw new Error(`no way ${way} for ${codec}`);
  }
  const janus = await Janus.start();
  try {
    const session = await JanusSession.open(janus.url);
    const track = await publish(session, codec, mimeType);
    const received = await subscribe(session, mimeType);
    for await (const data of forwarded(track, received, packets)) {
      if (way === 'forward') yield { kind: AUDIO, data };
    }
    session.close();
    await janus.end();
    if (way === 'forward') return;
    for (const file of (await janus.recordings()).values()) {
      for (const data of recorded(file).take()) yield { kind: AUDIO, data };
    }
  } finally {
    await janus.stop();
  }
}

/** Resolves when packets can be sent. */
async function publish(janus: JanusSession, codec: string, mimeType: string): Promise<MediaStreamTrack> {
  const handle = await janus.attach();
  const codecs = codec === 'opus' ? { audiocodec: codec } : { videocodec: codec };
  await janus.request(handle, { request: 'create', room: ROOM, ...codecs });
  await janus.request(handle, { request: 'join', ptype: 'publisher', room: ROOM, id: PUBLISHER });
  const connection = connect(mimeType);
  const track = new MediaStreamTrack({ kind: kindOf(mimeType) });
  connection.addTransceiver(track, { direction: 'sendonly' });
  await connection.setLocalDescription(await connection.createOffer());
  const publishing = { request: 'publish', record: true, filename: 'recording' };
  const answer = await janus.request(handle, publishing, await described(connection));
  if (!answer) throw new Error('Janus does not answer the offer');
  await connection.setRemoteDescription(answer);
  await established(handle, connection);
  return track;
}

/** Resolves when packets come through. */
async function subscribe(janus: JanusSession, mimeType: string): Promise<Packets> {
  const handle = await janus.attach();
  const streams = [{ feed: PUBLISHER }];
  const joining = { request: 'join', ptype: 'subscriber', room: ROOM, streams };
  const offer = await janus.request(handle, joining);
  if (!offer) throw new Error('Janus offers nothing');
  const connection = connect(mimeType);
  const received = new Packets();
  connection.onTrack.subscribe((track) => {
    track.onReceiveRtp.subscribe((packet) => received.add(packet.serialize()));
  });
  await connection.setRemoteDescription(offer);
  await connection.setLocalDescription(await connection.createAnswer());
  await janus.request(handle, { request: 'start' }, await described(connection));
  await established(handle, connection);
  return received;
}

function connect(mimeType: string): RTCPeerConnection {
  const kind = kindOf(mimeType);
  const codec = new RTCRtpCodecParameters({
    mimeType,
    clockRate: kind === 'audio' ? 48_000 : 90_000,
    ...(kind === 'audio' ? { channels: 2 } : { rtcpFeedback: [{ type: 'nack' }] }),
    ...(mimeType === 'video/H264' ? { parameters: H264_PARAMETERS } : {}),
  });
  return new RTCPeerConnection({
    iceServers: [],
    iceAdditionalHostAddresses: ['127.0.0.1'],
    codecs: { [kind]: [codec] },
  });
}

function kindOf(mimeType: string): 'audio' | 'video' {
  return mimeType.startsWith('audio/') ? 'audio' : 'video';
}

/** Returns the local description when it has all candidates. */
async function described(connection: RTCPeerConnection): Promise<Description> {
  if (connection.iceGatheringState !== 'complete') {
    const complete = connection.iceGatheringStateChange.watch((state) => state === 'complete');
    await inTime(complete, 'candidates');
  }
  const { type, sdp } = connection.localDescription!;
  return { type: type as Description['type'], sdp };
}

async function established(handle: Handle, connection: RTCPeerConnection): Promise<void> {
  if (connection.connectionState !== 'connected') {
    const connected = connection.connectionStateChange.watch((state) => state === 'connected');
    await inTime(connected, 'connection');
  }
  await inTime(handle.up, 'media');
}

/** Sends the packets and yields them as they come back. */
async function* forwarded(
  track: MediaStreamTrack,
  received: Packets,
  packets: readonly Record[],
): AsyncGenerator<Buffer> {
  let sent = 0;
  while (received.count < packets.length) {
    const end = Math.min(received.count + WINDOW, packets.length);
    for (; sent < end; sent++) track.writeRtp(packets[sent]!.data);
    await inTime(received.more(), `packet ${received.count} of ${packets.length}`);
    yield* received.take();
  }
}

function version(): string {
  // It has no such option, but says its version before it complains.
  const { stdout } = spawnSync('janus', ['--version'], { encoding: 'utf8' });
  return `Janus ${/\((.+?)\)/.exec(stdout)?.[1] ?? stdout}`;
}

/** What browsers offer, without which Janus takes another one. */
const H264_PARAMETERS = 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f';

await main(version, run);
