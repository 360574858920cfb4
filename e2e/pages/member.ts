/**
 * One member of a room, which the driver moves step by step: see `lib/room.ts`.
 *
 * It has a connection to each of the others, and one `Frameseal`, whose worker makes the keys.
 */

import type { Frameseal, FramesealOptions, FramesealStats } from 'frameseal';
import type { ReplayedFrame } from '../workers/replayed-frame.ts';
import type { Tap } from '../workers/tapped-frame.ts';
import type { Testimony } from '../workers/testimony.ts';
import { base64ToBytes, bytesToBase64 } from './base64.ts';
import { recordCrossings, toText } from './crossings.ts';
import { rtpStats, type MediaKind, type RtpStats } from './rtp-stats.ts';
import { ask, readTaps } from './worker-channel.ts';

export interface MemberOptions {
  room: string;
  member: string;
  /** Address of the application's signalling. */
  signalling: string;
  /** A passphrase, or random bytes in base64. */
  secret?: string | { random: string };
}

/** What members say to each other through the application's signalling. */
export type Signal = { key: string } | { description: RTCSessionDescriptionInit };

/** Something that happened in a page, and when in milliseconds of the system's clock. */
export interface Happening {
  at: number;
  /** An event of the package; or what became of a connection, to the member of that name. */
  what: 'member' | 'keychange' | 'problem' | 'source' | 'connected' | 'picture';
  detail: Record<string, unknown>;
}

/** What came from another member. */
export interface Received {
  /** Pictures decoded. */
  video: number;
  /** Packets. */
  audio: number;
}

/** The connection to another member. */
interface Link {
  pc: RTCPeerConnection;
  /** Offers and answers, one after the other. */
  negotiation: Promise<void>;
  /** With no counters: asked for just before a connection closes, Firefox never tells any. */
  closed: Promise<RtpStats[]>;
  close(): void;
}

// Before the package is loaded.
const crossings = recordCrossings();

let frameseal: Frameseal;
let workerName: string;
let media: MediaStream;
let socket: WebSocket;
const links = new Map<string, Link>();
const happenings: Happening[] = [];

const member = {
  /** Starts the session, camera and microphone; nobody is told anything yet. */
  async open({ room, member, signalling, secret }: MemberOptions): Promise<void> {
    workerName = crypto.randomUUID();
    const options: FramesealOptions = {
      room,
      member,
      worker: new Worker('../workers/tapped-member.js', { type: 'module', name: workerName }),
    };
    if (secret !== undefined) {
      options.secret = typeof secret === 'string' ? secret : base64ToBytes(secret.random);
    }
    const { Frameseal } = await import('frameseal');
    frameseal = await Frameseal.create(options);
    frameseal.addEventListener('message', ({ detail: { to, data } }) => {
      tell(to, { key: bytesToBase64(data) });
    });
    for (const name of ['member', 'keychange', 'problem'] as const) {
      frameseal.addEventListener(name, ({ detail }) => note(name, { ...detail }));
    }
    frameseal.addEventListener('source', ({ detail: { transceiver, ...detail } }) => {
      note('source', { ...detail });
    });
    socket = await listen(signalling);
    media = await navigator.mediaDevices.getUserMedia({
      audio: true,
      video: { width: 320, height: 240, frameRate: 10 },
    });
  },

  /** Returns when the package was told. */
  memberJoined(id: string): number {
    frameseal.memberJoined(id);
    return Date.now();
  },

  /** Returns when the package was about to be told. */
  memberLeft(id: string): number {
    const at = Date.now();
    frameseal.memberLeft(id);
    return at;
  },

  /** Offers a connection with camera and microphone both ways. */
  connect(id: string): void {
    const link = openLink(id);
    inTurn(link, async () => {
      addTracks(link.pc);
      await setLocal(id, link.pc);
    });
  },

  disconnect(id: string): void {
    links.get(id)?.close();
    links.delete(id);
  },

  /** Returns the milliseconds until the new key was in use. */
  async rotate(): Promise<number> {
    const start = performance.now();
    await frameseal.rotate();
    return performance.now() - start;
  },

  safetyNumber(id?: string): Promise<string> {
    return frameseal.safetyNumber(id);
  },

  /** Bytes in base64. */
  async sealData(data: string): Promise<string> {
    return bytesToBase64(await frameseal.seal(base64ToBytes(data)));
  },

  /** Opens what this member is expected to have sealed. */
  async openData(data: string, from: string): Promise<{ from: string; data: string }> {
    const opened = await frameseal.open(base64ToBytes(data), { from });
    return { from: opened.from, data: bytesToBase64(opened.data) };
  },

  /** What came so far, by member. */
  async received(): Promise<Record<string, Received>> {
    const entries = [...links].map(async ([id, link]): Promise<[string, Received]> => {
      const stats = (await count(link)).filter(({ direction }) => direction === 'receive');
      const total = (kind: MediaKind, what: 'frames' | 'packets') =>
        stats.filter((stats) => stats.kind === kind).reduce((sum, stats) => sum + stats[what], 0);
      return [id, { video: total('video', 'frames'), audio: total('audio', 'packets') }];
    });
    return Object.fromEntries(await Promise.all(entries));
  },

  /** Key frames that others asked of this member, as its browser counts them. */
  async keyFrameRequestsReceived(): Promise<number> {
    const stats = await Promise.all([...links.values()].map(count));
    return stats
      .flat()
      .filter(({ direction }) => direction === 'send')
      .reduce((sum, { keyFrameRequests }) => sum + keyFrameRequests, 0);
  },

  /** Key frames that this member's worker asked for, of its own encoders or of others. */
  keyFrameRequestsMade(): Promise<number> {
    return ask(`${workerName}/key-frame-requests`, 'count');
  },

  /** Bigints do not travel: the key ID stays here. */
  async framesealStats(): Promise<Omit<FramesealStats, 'sendKeyId'>> {
    const { sendKeyId, ...stats } = await frameseal.stats();
    return stats;
  },

  happenings(): Happening[] {
    return happenings;
  },

  /** No sender has a track any more: nothing is encoded. */
  async stopSending(): Promise<void> {
    const senders = [...links.values()].flatMap(({ pc }) => pc.getSenders());
    await Promise.all(senders.map((sender) => sender.replaceTrack(null)));
  },

  /** Every frame since then, in milliseconds of the system's clock. */
  taps(since: number): Promise<Tap<string>[]> {
    return readTaps(workerName, since);
  },

  /** Hands recorded frames to the session as if they had arrived; tells which it opened. */
  replay(frames: ReplayedFrame<string>[]): Promise<boolean[]> {
    const decoded = frames.map((frame) => ({ ...frame, data: base64ToBytes(frame.data) }));
    return ask(`${workerName}/replay`, decoded);
  },

  /** The random bytes that the worker got, in base64, and what it logged. */
  async testimony(): Promise<{ random: string[]; logs: string[] }> {
    const { random, logs } = await ask<Testimony>(`${workerName}/witness`, 'testimony');
    return { random: random.map(bytesToBase64), logs: logs.map(toText) };
  },

  /** Every message between this page and its worker. */
  crossings(): string[] {
    return crossings;
  },
};

export type MemberApi = typeof member;

declare global {
  interface Window {
    member: MemberApi;
  }
}

window.member = member;

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
    frameseal.receive(from, base64ToBytes(signal.key));
    return;
  }
  const { description } = signal;
  const link = description.type === 'offer' ? openLink(from) : links.get(from)!;
  inTurn(link, async () => {
    await link.pc.setRemoteDescription(description);
    if (description.type !== 'offer') return;
    addTracks(link.pc);
    await setLocal(from, link.pc);
  });
}

/** A new connection, in place of an older one to the same member. */
function openLink(id: string): Link {
  member.disconnect(id);
  const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  frameseal.attach(pc);
  pc.addEventListener('connectionstatechange', () => {
    if (pc.connectionState === 'connected') note('connected', { id });
  });
  let resolve: (counters: RtpStats[]) => void;
  const link = {
    pc,
    negotiation: Promise.resolve(),
    closed: new Promise<RtpStats[]>((closed) => (resolve = closed)),
    close() {
      pc.close();
      resolve([]);
    },
  };
  links.set(id, link);
  noteFirstPicture(id, pc);
  return link;
}

function count({ pc, closed }: Link): Promise<RtpStats[]> {
  return Promise.race([rtpStats(pc), closed]);
}

function addTracks(pc: RTCPeerConnection): void {
  for (const track of media.getTracks()) pc.addTrack(track, media);
}

function inTurn(link: Link, step: () => Promise<void>): void {
  link.negotiation = link.negotiation.then(step);
}

/** Offers or answers; the description holds all candidates. */
async function setLocal(id: string, pc: RTCPeerConnection): Promise<void> {
  await pc.setLocalDescription();
  while (pc.iceGatheringState !== 'complete') {
    await new Promise((change) =>
      pc.addEventListener('icegatheringstatechange', change, { once: true }),
    );
  }
  const { type, sdp } = pc.localDescription!;
  tell(id, { description: { type, sdp } });
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

function note(what: Happening['what'], detail: Record<string, unknown>): void {
  const text = Object.entries(detail).map(([name, value]) => [
    name,
    typeof value === 'bigint' ? String(value) : value,
  ]);
  happenings.push({ at: Date.now(), what, detail: Object.fromEntries(text) });
}
