/** The layers of one camera through a Janus, which forwards the one that it is asked for. */

import { Janus, type JanusData } from '../../demo/page/call/janus.ts';
import { openConnection, preferCodec, type Encoding } from './connection.ts';
import { openCamera, pause, playAll } from './media.ts';
import { streams } from './rtp-stats.ts';
import { withManualKeys } from './sessions.ts';
import { newRoom } from './visitor.ts';

/** What came of one switch. */
export interface Switch {
  layer: number;
  /** Of the pictures, in pixels, once they have changed. */
  width: number;
  /** Until then. */
  ms: number;
  /** Pictures within the second after that. */
  pictures: number;
}

export interface Switches {
  switches: Switch[];
  /** Frames that the receiver opened, and those that it refused, by reason. */
  passed: number;
  dropped: Record<string, number>;
}

/**
 * Has Alice send three layers, by simulcast in VP8 and by SVC in VP9, and Bob ask for some in turn. Of
 * SVC, Janus forwards all of them.
 */
export async function switchLayers(
  url: string,
  codec: 'VP8' | 'VP9',
  layers: number[],
): Promise<Switches> {
  const [alice, bob] = await withManualKeys('layers');
  const room = newRoom();
  const sender = await enter(url, room, codec);
  await publish(sender, openConnection(alice), codec);
  const receiver = await enter(url, room, codec);
  const { pc, choose } = await subscribe(receiver, openConnection(bob), room);

  const switches: Switch[] = [];
  for (const layer of layers) {
    const start = performance.now();
    await choose(layer);
    const wanted = WIDTH / 2 ** (HIGHEST - layer);
    while ((await seen(pc)).width !== wanted && performance.now() - start < PATIENCE_MS) {
      await pause(50);
    }
    const ms = performance.now() - start;
    const { width, pictures } = await seen(pc);
    await pause(1000);
    switches.push({ layer, width, ms, pictures: (await seen(pc)).pictures - pictures });
  }
  const { tracks } = await bob.stats();
  const { passed, dropped } = tracks.find(({ direction }) => direction === 'receive')!;
  return { switches, passed, dropped: { ...dropped } };
}

interface Member {
  janus: Janus;
  handle: number;
  /** The number of who else sends, once somebody does. */
  other: Promise<number>;
}

async function enter(url: string, room: number, codec: string): Promise<Member> {
  const { promise: other, resolve } = Promise.withResolvers<number>();
  const hear = ({ publishers }: JanusData) => publishers?.forEach(({ id }) => resolve(id));
  const janus = await Janus.open(url, {
    event: (_, { data }) => hear(data),
    hungUp() {},
    closed() {},
  });
  const handle = await janus.attach();
  const videocodec = codec.toLowerCase();
  const make = { request: 'create', room, require_e2ee: true, videocodec };
  await janus.message(handle, make).catch(() => {}); // it is there already
  const { data } = await janus.message(handle, { request: 'join', ptype: 'publisher', room });
  hear(data);
  return { janus, handle, other };
}

async function publish({ janus, handle }: Member, pc: RTCPeerConnection, codec: string): Promise<void> {
  const { track } = openCamera(
    (context, picture) => {
      context.fillStyle = `hsl(${picture * 7} 80% 50%)`;
      context.fillRect((picture * 7) % WIDTH, 0, 80, HEIGHT);
    },
    { width: WIDTH, height: HEIGHT },
  );
  const sendEncodings = codec === 'VP8' ? SIMULCAST : SVC;
  pc.addTransceiver(track, { direction: 'sendonly', sendEncodings });
  preferCodec(pc, codec);
  pc.onicecandidate = ({ candidate }) => janus.trickle(handle, candidate);
  await pc.setLocalDescription();
  const offer = { ...pc.localDescription!.toJSON(), e2ee: true };
  const { jsep } = await janus.message(handle, { request: 'publish' }, offer);
  await pc.setRemoteDescription(jsep!);
  await new Promise<void>((connected) => {
    pc.onconnectionstatechange = () => pc.connectionState === 'connected' && connected();
  });
}

async function subscribe({ janus, other }: Member, pc: RTCPeerConnection, room: number) {
  const handle = await janus.attach();
  const join = { request: 'join', ptype: 'subscriber', room, streams: [{ feed: await other }] };
  const { jsep } = await janus.message(handle, join);
  pc.onicecandidate = ({ candidate }) => janus.trickle(handle, candidate);
  playAll(pc);
  await pc.setRemoteDescription(jsep!);
  await pc.setLocalDescription();
  const answer = { ...pc.localDescription!.toJSON(), e2ee: true };
  await janus.message(handle, { request: 'start' }, answer);
  const [transceiver] = pc.getTransceivers();
  const choose = (layer: number) => {
    const stream = { mid: transceiver!.mid, substream: layer };
    return janus.message(handle, { request: 'configure', streams: [stream] });
  };
  return { pc, choose };
}

async function seen(pc: RTCPeerConnection): Promise<{ width: number; pictures: number }> {
  const [stream] = await streams(pc, 'inbound-rtp');
  return { width: stream?.frameWidth ?? 0, pictures: stream?.framesDecoded ?? 0 };
}

/** Of fewer pixels, Chromium makes no three layers. */
const [WIDTH, HEIGHT] = [960, 540];
const HIGHEST = 2;

/** In the order in which Janus numbers them from the highest down. */
const SIMULCAST: Encoding[] = [
  { rid: 'h' },
  { rid: 'm', scaleResolutionDownBy: 2 },
  { rid: 'l', scaleResolutionDownBy: 4 },
];
const SVC: Encoding[] = [{ scalabilityMode: 'L3T3' }];

/** The sender finds out what the network bears in some seconds, and then sends the highest layer. */
const PATIENCE_MS = 20_000;
