/**
 * One member of a call, which the driver moves step by step: see `lib/member.ts`.
 *
 * It has a connection to each of the others, and one `Frameseal`. Its keys are exchanged with the others
 * by signalling, or given to it: then it has one connection, and the driver negotiates.
 */

import type { CipherSuite, Frameseal, FramesealEventMap, FramesealStats } from 'frameseal';
import type { Extra, ReplayedFrame, Tap, Testimony } from '../workers/messages.ts';
import { ask } from './ask.ts';
import { codecs } from './codecs.ts';
import { recordCrossings, toText } from './crossings.ts';
import { Link } from './link.ts';
import type { MediaKind, RtpStats } from './rtp-stats.ts';

/** A key of the tests: 32 times this byte. */
export interface TestKey {
  id: number;
  byte: number;
}

export interface MemberOptions {
  member: string;
  /** Of the camera's picture. */
  video?: MediaTrackConstraints;
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
  /** Leaves transceivers to `attach()` or `protect()` later on. */
  detached?: boolean;

  /** Address of the application's signalling, for keys that are exchanged. */
  signalling?: string;
  /** A passphrase, or random bytes in base64. */
  secret?: string | { random: string };

  /** Keys that are given, where there is no signalling. */
  send?: TestKey | undefined;
  receive?: (TestKey & { member: string })[];
}

/** What members say to each other through the application's signalling. */
export type Signal = { key: string } | { description: RTCSessionDescriptionInit };

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

/** TypeScript's own does not know SVC. */
export type Encoding = RTCRtpEncodingParameters & { scalabilityMode?: string };

// Before the package is loaded.
const recorded = recordCrossings();

let options: MemberOptions;
let frameseal: Frameseal | undefined;
let worker: Worker | undefined;
let media: MediaStream;
let socket: WebSocket;
const workerName = crypto.randomUUID();
const links = new Map<string, Link>();
const noted: Happening[] = [];

/** Starts the session, camera and microphone; nobody is told anything yet. */
export async function open(given: MemberOptions): Promise<void> {
  options = given;
  if (options.encodedStreams) Reflect.deleteProperty(globalThis, 'RTCRtpScriptTransform');
  if (options.deaf) {
    const end = options.deaf === 'sender' ? RTCRtpSender : RTCRtpReceiver;
    Object.defineProperty(end.prototype, 'transform', { value: null, writable: true });
  }
  worker = startWorker();
  if (options.protection !== 'plain') await openFrameseal();
  if (options.signalling) socket = await listen(options.signalling);
  else openLink(THE_OTHER);
  media = await navigator.mediaDevices.getUserMedia({ audio: true, video: options.video ?? PICTURE });
}

/** Whether the browser encodes and decodes a codec, for example `VP8`. */
export function hasCodec(codec: string): boolean {
  return codecs(codec).length > 0;
}

// By the application's signalling go key messages, and descriptions of connections.

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

/** Offers a connection with camera and microphone both ways. */
export function connect(id: string): void {
  const link = openLink(id);
  link.inTurn(async () => {
    addTracks(link.pc);
    tell(id, { description: await link.describe() });
  });
}

// Without it, the driver negotiates the only connection.

export function addTrack(kind: MediaKind): void {
  onlyLink().pc.addTrack(trackOf(kind), new MediaStream());
  protectPlainly();
}

export function addTransceiver(
  kind: MediaKind,
  { withTrack = true, ...init }: RTCRtpTransceiverInit & { withTrack?: boolean } = {},
): void {
  onlyLink().pc.addTransceiver(withTrack ? trackOf(kind) : kind, init);
  protectPlainly();
}

/** Another track of the same source takes the place of the one that is sent. */
export async function replaceTrack(mid: string, kind: MediaKind): Promise<void> {
  await onlyLink().transceiver(mid).sender.replaceTrack(trackOf(kind).clone());
}

export function setDirection(mid: string, direction: RTCRtpTransceiverDirection): void {
  onlyLink().transceiver(mid).direction = direction;
}

export function stopTransceiver(mid: string): void {
  onlyLink().transceiver(mid).stop();
}

/** Negotiates nothing but this codec and its retransmissions. */
export function preferCodec(codec: string): void {
  for (const transceiver of onlyLink().pc.getTransceivers()) {
    if (transceiver.receiver.track.kind === 'video') {
      transceiver.setCodecPreferences([...codecs(codec), ...codecs('rtx')]);
    }
  }
}

/** Attaches a connection that was opened `detached`. */
export function attach(): void {
  options.detached = false;
  frameseal?.attach(onlyLink().pc);
  protectPlainly();
}

/** Pictures stay as large as they are when the machine is busy, and become fewer. */
export async function keepResolution(): Promise<void> {
  for (const sender of onlyLink().pc.getSenders()) {
    const parameters = sender.getParameters();
    await sender.setParameters({ ...parameters, degradationPreference: 'maintain-resolution' });
  }
}

/** Offers or answers. */
export function setLocal(): Promise<RTCSessionDescriptionInit> {
  return onlyLink().describe();
}

export async function setRemote(description: RTCSessionDescriptionInit): Promise<void> {
  await onlyLink().pc.setRemoteDescription(description);
}

export function mids(): (string | null)[] {
  return onlyLink().pc.getTransceivers().map(({ mid }) => mid);
}

/** Lets only this member's frames come out of the receivers of a kind. */
export function expect(kind: MediaKind, from: string): void {
  for (const transceiver of onlyLink().pc.getTransceivers()) {
    if (transceiver.receiver.track.kind === kind) frameseal!.protect(transceiver, { from });
  }
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

// Of all connections, and what there is to be known of a member.

/** No sender has a track any more: nothing is encoded. */
export async function stopSending(): Promise<void> {
  const senders = [...links.values()].flatMap(({ pc }) => pc.getSenders());
  await Promise.all(senders.map((sender) => sender.replaceTrack(null)));
}

export async function counters(): Promise<RtpStats[]> {
  return (await Promise.all([...links.values()].map((link) => link.counters()))).flat();
}

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

/** Has the worker do what it was made for: see the scripts of these names. */
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

async function openFrameseal(): Promise<void> {
  const { member, signalling, secret, cipherSuite, send, receive = [] } = options;
  // Not before the page looks as the browser shall: the package reads its features once.
  const { Frameseal } = await import('frameseal');
  frameseal = await Frameseal.create({
    room: 'e2e',
    member,
    ...(!signalling && { keys: 'manual' }),
    ...(worker && { worker }),
    ...(cipherSuite && { cipherSuite }),
    ...(secret && { secret: typeof secret === 'string' ? secret : Uint8Array.fromBase64(secret.random) }),
  });
  frameseal.addEventListener('message', ({ detail: { to, data } }) => {
    tell(to, { key: data.toBase64() });
  });
  for (const name of ['member', 'keychange', 'problem'] as const) {
    frameseal.addEventListener(name, ({ detail }) => note(name, { ...detail }));
  }
  frameseal.addEventListener('source', ({ detail: { transceiver, ...detail } }) => {
    note('source', detail);
  });
  if (send) await setSendKey(send);
  for (const key of receive) await addReceiveKey(key, key.member);
}

/** Connects to the signalling, and heeds it. */
async function listen(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url);
  socket.addEventListener('message', ({ data }) => {
    const { from, signal } = JSON.parse(data as string) as { from: string; signal: Signal };
    hear(from, signal);
  });
  await new Promise((opened) => socket.addEventListener('open', opened));
  return socket;
}

/** Gives a signal to the signalling; `to` is `null` for all. */
function tell(to: string | null, signal: Signal): void {
  socket.send(JSON.stringify({ to, signal }));
}

function hear(from: string, signal: Signal): void {
  if ('key' in signal) {
    frameseal!.receive(from, Uint8Array.fromBase64(signal.key));
    return;
  }
  const { description } = signal;
  const link = description.type === 'offer' ? openLink(from) : links.get(from)!;
  link.inTurn(async () => {
    await link.pc.setRemoteDescription(description);
    if (description.type !== 'offer') return;
    addTracks(link.pc);
    tell(from, { description: await link.describe() });
  });
}

/** A new connection, in place of an older one to the same member. */
function openLink(id: string): Link {
  links.get(id)?.close();
  const pc = openConnection();
  const link = new Link(id, pc);
  pc.addEventListener('track', protectPlainly);
  pc.addEventListener('connectionstatechange', () => {
    if (pc.connectionState === 'connected') note('connected', { id });
  });
  links.set(id, link);
  if (options.signalling) noteFirstPicture(id, pc);
  return link;
}

function openConnection(): RTCPeerConnection {
  const configuration: RTCConfiguration = { bundlePolicy: 'max-bundle' };
  if (frameseal && !options.deaf) return frameseal.connection(configuration);
  const pc = new RTCPeerConnection(configuration);
  frameseal?.attach(pc, { trustTiming: true });
  return pc;
}

function onlyLink(): Link {
  return links.get(THE_OTHER)!;
}

/** Nobody says who that is. */
const THE_OTHER = '';

const PICTURE = { width: 640, height: 480 };

function addTracks(pc: RTCPeerConnection): void {
  for (const track of media.getTracks()) pc.addTrack(track, media);
}

/** Taps both ends of every new transceiver, in the turn that made it. */
function protectPlainly(): void {
  if (options.protection !== 'plain' || options.detached) return;
  for (const { sender, receiver } of onlyLink().pc.getTransceivers()) {
    const { kind } = receiver.track;
    sender.transform ??= new RTCRtpScriptTransform(worker!, { direction: 'send', kind });
    receiver.transform ??= new RTCRtpScriptTransform(worker!, { direction: 'receive', kind });
  }
}

/** By an element that shows it: to ask the counters often enough takes more than the call itself. */
function noteFirstPicture(id: string, pc: RTCPeerConnection): void {
  pc.addEventListener('track', ({ track }) => {
    if (track.kind !== 'video') return;
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
  });
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
  return media.getTracks().find((track) => track.kind === kind)!;
}
