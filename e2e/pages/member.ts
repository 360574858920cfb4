/**
 * One member of a call, which the driver moves step by step: see `lib/member.ts`.
 *
 * It has a connection to each of the others, which the driver negotiates, and one `Frameseal`. Its keys
 * are exchanged with the others by way of the driver, or given to it.
 */

import type { CipherSuite, Frameseal, FramesealEventMap, FramesealStats } from 'frameseal';
import type { Extra, ReplayedFrame, Tap, Testimony } from '../workers/messages.ts';
import { ask } from './ask.ts';
import { describe, preferCodec as prefer } from './connection.ts';
import { recordCrossings, toText } from './crossings.ts';
import { makeMedia } from './media.ts';
import { rtpStats, type MediaKind, type RtpStats } from './rtp-stats.ts';

export { hasCodec } from './connection.ts';

/** A key of the tests: 32 times this byte. */
export interface TestKey {
  id: number;
  byte: number;
}

export interface MemberOptions {
  member: string;
  /** Of the camera's picture; `null`: what the page makes itself, in browsers without a camera. */
  video?: MediaTrackConstraints | null;
  /** What seals and opens: the package, or nothing behind a tap. */
  protection?: 'frameseal' | 'plain';
  /** Script of the worker; `null` is the package's own default. */
  worker?: 'tapped' | 'tapped-single' | null;
  /** What that script does besides. */
  extra?: Extra;
  /** As in browsers before `RTCRtpScriptTransform`. */
  encodedStreams?: boolean;
  /** The end whose transforms the browser shall not heed, without a word. */
  deaf?: 'sender' | 'receiver';
  /** The package's default unless given. */
  cipherSuite?: CipherSuite;
  /** Leaves transceivers that nothing protects to `attach()` later on. */
  detached?: boolean;
  /** Of the room: a passphrase, or random bytes in base64. */
  secret?: string | { random: string };
  /** Keys that are given; without any, they are exchanged. */
  send?: TestKey | undefined;
  receive?: (TestKey & { member: string })[];
}

/** What happens in a page: an event of the package; or what becomes of a connection, to this member. */
interface Details {
  member: FramesealEventMap['member']['detail'];
  keychange: FramesealEventMap['keychange']['detail'];
  problem: FramesealEventMap['problem']['detail'];
  /** Transceivers do not travel. */
  source: Omit<FramesealEventMap['source']['detail'], 'transceiver'>;
  connected: { id: string };
  picture: { id: string };
}

export type What = keyof Details;

/** Something that happened, and when in milliseconds of the system's clock. */
export interface Happening<Happened extends What = What> {
  at: number;
  what: Happened;
  /** Bigints do not travel: they are text. */
  detail: Details[Happened];
}

declare global {
  interface Window {
    /** Brings a key message, in base64, to another member; or to all. The driver is behind it. */
    tell(to: string | null, message: string): void;
  }
}

// Before the package is loaded.
const recorded = recordCrossings();

let options: MemberOptions;
let frameseal: Frameseal | undefined;
let worker: Worker | undefined;
let tracks: MediaStreamTrack[];
const workerName = crypto.randomUUID();
/** Connections by the member at the other end. */
const connections = new Map<string, RTCPeerConnection>();
const noted: Happening[] = [];

/** Starts the session, camera and microphone; nobody is told anything yet. */
export async function open(given: MemberOptions): Promise<void> {
  options = given;
  if (options.encodedStreams) Reflect.deleteProperty(globalThis, 'RTCRtpScriptTransform');
  if (options.deaf) {
    const end = options.deaf === 'sender' ? RTCRtpSender : RTCRtpReceiver;
    Object.defineProperty(end.prototype, 'transform', { value: null, writable: true });
  }
  const { video = { width: 640, height: 480 } } = options;
  tracks = video
    ? (await navigator.mediaDevices.getUserMedia({ audio: true, video })).getTracks()
    : makeMedia();
  worker = startWorker();
  if (options.protection !== 'plain') frameseal = await openFrameseal();
}

// What the driver tells of the others, and brings from them.

/** Returns when the package was told. */
export function memberJoined(id: string): number {
  frameseal!.memberJoined(id);
  return Date.now();
}

/** Returns when the package was about to be told. */
export function memberLeft(id: string): number {
  const at = Date.now();
  frameseal!.memberLeft(id);
  return at;
}

/** A key message of another; in a page that is only just reloaded, nobody hears it. */
export function receive(from: string, message: string): void {
  // What is thrown, the page says aloud.
  queueMicrotask(() => frameseal?.receive(from, Uint8Array.fromBase64(message)));
}

// Connections. Where there is but one, nobody has to say which.

/** Makes a new connection, in place of an older one to the same member. */
export function openConnection(id: string): void {
  connections.get(id)?.close();
  const configuration: RTCConfiguration = { bundlePolicy: 'max-bundle' };
  const sealing = options.deaf ? undefined : frameseal;
  const pc = sealing?.connection(configuration) ?? new RTCPeerConnection(configuration);
  if (!sealing) frameseal?.attach(pc, { trustTiming: true });
  pc.addEventListener('track', ({ track }) => {
    protectPlainly(pc);
    // Not where every frame counts: it costs Firefox the first packets of sound.
    if (track.kind === 'video' && !options.receive) noteFirstPicture(id, track);
  });
  pc.addEventListener('connectionstatechange', () => {
    if (pc.connectionState === 'connected') note('connected', { id });
  });
  connections.set(id, pc);
}

export function addTrack(kind: MediaKind, id?: string): void {
  const pc = connectionTo(id);
  pc.addTrack(trackOf(kind), new MediaStream());
  protectPlainly(pc);
}

export function addTransceiver(
  kind: MediaKind,
  { withTrack = true, ...init }: RTCRtpTransceiverInit & { withTrack?: boolean } = {},
): void {
  const pc = connectionTo();
  pc.addTransceiver(withTrack ? trackOf(kind) : kind, init);
  protectPlainly(pc);
}

/** Another track of the same source takes the place of the one that is sent. */
export async function replaceTrack(mid: string, kind: MediaKind): Promise<void> {
  await transceiver(mid).sender.replaceTrack(trackOf(kind).clone());
}

export function setDirection(mid: string, direction: RTCRtpTransceiverDirection): void {
  transceiver(mid).direction = direction;
}

export function stopTransceiver(mid: string): void {
  transceiver(mid).stop();
}

/** Negotiates nothing but this codec and its retransmissions. */
export function preferCodec(codec: string): void {
  prefer(connectionTo(), codec);
}

/** Attaches a connection that was opened `detached`. */
export function attach(): void {
  options.detached = false;
  protectPlainly(connectionTo());
}

/** Pictures stay as large as they are when the machine is busy, and become fewer. */
export async function keepResolution(): Promise<void> {
  for (const sender of connectionTo().getSenders()) {
    const parameters = sender.getParameters();
    await sender.setParameters({ ...parameters, degradationPreference: 'maintain-resolution' });
  }
}

/** Offers or answers. */
export function setLocal(id?: string): Promise<RTCSessionDescriptionInit> {
  return describe(connectionTo(id));
}

export async function setRemote(description: RTCSessionDescriptionInit, id?: string): Promise<void> {
  await connectionTo(id).setRemoteDescription(description);
}

export function mids(): (string | null)[] {
  return connectionTo().getTransceivers().map(({ mid }) => mid);
}

/** Lets only this member's frames come out of the receivers of a kind. */
export function expect(kind: MediaKind, from: string): void {
  for (const transceiver of connectionTo().getTransceivers()) {
    if (transceiver.receiver.track.kind === kind) frameseal!.protect(transceiver, { from });
  }
}

/** No sender has a track any more: nothing is encoded. */
export async function stopSending(): Promise<void> {
  const senders = [...connections.values()].flatMap((pc) => pc.getSenders());
  await Promise.all(senders.map((sender) => sender.replaceTrack(null)));
}

export async function counters(): Promise<RtpStats[]> {
  return (await Promise.all([...connections].map(([id, pc]) => rtpStats(id, pc)))).flat();
}

// The session's own.

export async function setSendKey({ id, byte }: TestKey): Promise<void> {
  await frameseal!.setSendKey({ keyId: id, baseKey: baseKey(byte) });
}

export async function addReceiveKey({ id, byte }: TestKey, member: string): Promise<void> {
  await frameseal!.addReceiveKey({ keyId: id, baseKey: baseKey(byte), member });
}

export async function removeReceiveKey(id: number): Promise<void> {
  await frameseal!.removeReceiveKey(id);
}

/** Returns the milliseconds until the new key was in use. */
export async function rotate(): Promise<number> {
  const start = performance.now();
  await frameseal!.rotate();
  return performance.now() - start;
}

export function safetyNumber(id?: string): Promise<string> {
  return frameseal!.safetyNumber(id);
}

/** Bytes in base64. */
export async function sealData(data: string): Promise<string> {
  return (await frameseal!.seal(Uint8Array.fromBase64(data))).toBase64();
}

/** Opens what this member is expected to have sealed. */
export async function openData(data: string, from: string): Promise<{ from: string; data: string }> {
  const opened = await frameseal!.open(Uint8Array.fromBase64(data), { from });
  return { from: opened.from, data: opened.data.toBase64() };
}

/** Bigints do not travel: the key ID stays here. */
export async function framesealStats(): Promise<Omit<FramesealStats, 'sendKeyId'>> {
  const { sendKeyId, ...stats } = await frameseal!.stats();
  return stats;
}

export function closeFrameseal(): void {
  frameseal!.close();
}

// What there is to be known of a member, and of its worker.

export function happenings(): Happening[] {
  return noted;
}

/** Every message between this page and its worker. */
export function crossings(): string[] {
  return recorded;
}

/** The frames as the worker got and gave them since then; their bytes in base64. */
export async function taps(since: number): Promise<Tap<string>[]> {
  const asText = (frames: Tap['before']): Tap<string>['before'] =>
    frames.map((frame) => ({ ...frame, data: frame.data.toBase64() }));
  const taps = await ask<Tap[]>(workerName, 'taps', since);
  return taps.map((tap) => ({ ...tap, before: asText(tap.before), after: asText(tap.after) }));
}

/** Hands recorded frames to the session as if they had arrived; tells which it opened. */
export function replay(frames: ReplayedFrame<string>[]): Promise<boolean[]> {
  const decoded = frames.map((frame) => ({ ...frame, data: Uint8Array.fromBase64(frame.data) }));
  return ask(workerName, 'replay', decoded);
}

/** The random bytes that the worker got, in base64, and what it logged. */
export async function testimony(): Promise<{ random: string[]; logs: string[] }> {
  const { random, logs } = await ask<Testimony>(workerName, 'witness');
  return { random: random.map((bytes) => bytes.toBase64()), logs: logs.map(toText) };
}

/** Key frames that this member's worker asked for, of its own encoders or of others. */
export function keyFrameRequestsMade(): Promise<number> {
  return ask(workerName, 'key-frame-requests');
}

/** Has the worker do what it was made for: see the extras of these names. */
export async function provoke(extra: 'oversize' | 'trap'): Promise<void> {
  await ask(workerName, extra);
}

export function terminateWorker(): void {
  worker!.terminate();
}

function startWorker(): Worker | undefined {
  const { protection, worker = 'tapped', extra } = options;
  if (worker === null) return undefined;
  const script = protection === 'plain' ? 'plain' : worker;
  return new Worker(`../workers/${script}.js${extra ? `?${extra}` : ''}`, {
    type: worker === 'tapped-single' ? 'classic' : 'module',
    name: workerName,
  });
}

async function openFrameseal(): Promise<Frameseal> {
  const { member, secret, cipherSuite, send, receive } = options;
  // Not before the page looks as the browser shall: the package reads its features once.
  const { Frameseal } = await import('frameseal');
  frameseal = await Frameseal.create({
    room: 'e2e',
    member,
    ...(receive && { keys: 'manual' }),
    ...(worker && { worker }),
    ...(cipherSuite && { cipherSuite }),
    ...(secret && { secret: typeof secret === 'string' ? secret : Uint8Array.fromBase64(secret.random) }),
  });
  frameseal.addEventListener('message', ({ detail: { to, data } }) => {
    window.tell(to, data.toBase64());
  });
  for (const name of ['member', 'keychange', 'problem'] as const) {
    frameseal.addEventListener(name, ({ detail }) => note(name, { ...detail }));
  }
  frameseal.addEventListener('source', ({ detail: { transceiver, ...detail } }) => {
    note('source', detail);
  });
  if (send) await setSendKey(send);
  for (const key of receive ?? []) await addReceiveKey(key, key.member);
  return frameseal;
}

/** The connection to a member, or the only one. What the driver leaves out comes as `null`. */
function connectionTo(id?: string | null): RTCPeerConnection {
  return connections.get(id ?? [...connections.keys()][0]!)!;
}

function transceiver(mid: string): RTCRtpTransceiver {
  const all = connectionTo().getTransceivers();
  const found = all.find((transceiver) => transceiver.mid === mid);
  if (!found) throw new Error(`no transceiver has mid ${mid}`);
  return found;
}

/** Taps both ends of every new transceiver, in the turn that made it. */
function protectPlainly(pc: RTCPeerConnection): void {
  if (options.protection !== 'plain' || options.detached) return;
  for (const { sender, receiver } of pc.getTransceivers()) {
    const { kind } = receiver.track;
    sender.transform ??= new RTCRtpScriptTransform(worker!, { direction: 'send', kind });
    receiver.transform ??= new RTCRtpScriptTransform(worker!, { direction: 'receive', kind });
  }
}

/** By an element that shows it: to ask the counters often enough takes more than the call itself. */
function noteFirstPicture(id: string, track: MediaStreamTrack): void {
  const video = document.createElement('video');
  video.muted = video.autoplay = true;
  video.srcObject = new MediaStream([track]);
  video.onloadeddata = () => {
    note('picture', { id });
    video.remove();
    video.srcObject = null;
  };
  // One that nobody holds and that has nothing to show is gone before it has.
  document.body.append(video);
}

function note<Happened extends What>(what: Happened, detail: Details[Happened]): void {
  const text = Object.entries(detail).map(([name, value]) => [
    name,
    typeof value === 'bigint' ? String(value) : value,
  ]);
  noted.push({ at: Date.now(), what, detail: Object.fromEntries(text) });
}

function baseKey(byte: number): Uint8Array {
  return new Uint8Array(32).fill(byte);
}

function trackOf(kind: MediaKind): MediaStreamTrack {
  return tracks.find((track) => track.kind === kind)!;
}
