/**
 * One member of a call, which the driver moves step by step: see `lib/member.ts`.
 *
 * It has a connection to each of the others, which the driver negotiates, and one `Frameseal`. Its keys
 * are exchanged with the others by way of the driver, or given to it.
 */

import type { CipherSuite, Frameseal, FramesealEventMap, ReceiveKey, SendKey } from 'frameseal';
import type { Extra, Testimony } from '../workers/messages.ts';
import { ask } from './ask.ts';
import { describe, preferCodec as prefer } from './connection.ts';
import { recordCrossings, toText } from './crossings.ts';
import { makeMedia } from './media.ts';
import { rtpStats, type MediaKind, type RtpStats } from './rtp-stats.ts';

export { hasCodec } from './connection.ts';

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
  /** Of the room: a passphrase, or random bytes. */
  secret?: string | Uint8Array;
  /** Keys that are given; without any, they are exchanged. */
  send?: SendKey | undefined;
  receive?: ReceiveKey[];
}

/** What happens in a page: an event of the package; or what becomes of a connection, to this member. */
interface Details {
  member: FramesealEventMap['member']['detail'];
  keychange: FramesealEventMap['keychange']['detail'];
  problem: FramesealEventMap['problem']['detail'];
  /** Transceivers do not travel. */
  source: Omit<FramesealEventMap['source']['detail'], 'receiver' | 'transceiver'>;
  connected: { id: string };
  picture: { id: string };
}

export type What = keyof Details;

/** Something that happened, and when in milliseconds of the system's clock. */
export interface Happening<Happened extends What = What> {
  at: number;
  what: Happened;
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
export function receive(from: string, message: Uint8Array): void {
  // What is thrown, the page says aloud.
  queueMicrotask(() => frameseal?.receive(from, message));
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

/** Calls a method of the session. */
export function session(method: keyof Frameseal, args: unknown[]): unknown {
  return Reflect.apply(frameseal![method] as () => unknown, frameseal, args);
}

// What there is to be known of a member, and of its worker.

export function happenings(): Happening[] {
  return noted;
}

/** Every message between this page and its worker. */
export function crossings(): string[] {
  return recorded;
}

/** What the script beside the package's in the worker of this page answers to this question. */
export function askWorker(what: string, question?: unknown): Promise<unknown> {
  return ask(workerName, what, question);
}

/** The random bytes that the worker got, and what it logged. */
export async function testimony(): Promise<{ random: Uint8Array[]; logs: string[] }> {
  const { random, logs } = await ask<Testimony>(workerName, 'witness');
  return { random, logs: logs.map(toText) };
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
  frameseal = await new Frameseal({
    room: 'e2e',
    member,
    ...(receive && { keys: 'manual' }),
    ...(worker && { worker }),
    ...(cipherSuite && { cipherSuite }),
    ...(secret && { secret }),
  }).ready;
  frameseal.addEventListener('message', ({ detail: { to, data } }) => {
    window.tell(to, data.toBase64());
  });
  for (const name of ['member', 'keychange', 'problem'] as const) {
    frameseal.addEventListener(name, ({ detail }) => note(name, { ...detail }));
  }
  frameseal.addEventListener('source', ({ detail: { transceiver, receiver, ...detail } }) => {
    note('source', detail);
  });
  if (send) await frameseal.setSendKey(send);
  for (const key of receive ?? []) await frameseal.addReceiveKey(key);
  return frameseal;
}

/** The connection to a member, or the only one. */
function connectionTo(id = [...connections.keys()][0]!): RTCPeerConnection {
  return connections.get(id)!;
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
  noted.push({ at: Date.now(), what, detail });
}

function trackOf(kind: MediaKind): MediaStreamTrack {
  return tracks.find((track) => track.kind === kind)!;
}
