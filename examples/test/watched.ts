/** Stands in for `frameseal` in the pages of a test: the same, with an ear to its sessions. */

import { Frameseal as Session, type FramesealOptions, type TrackStats } from 'frameseal';
import { streams, total } from '../../e2e/pages/rtp-stats.ts';

export * from 'frameseal';

export class Frameseal extends Session {
  constructor(options: FramesealOptions) {
    super(options);
    sessions.push(this);
    this.addEventListener('problem', ({ detail: { code, severity, hint } }) => {
      if (severity === 'error') errors.push(`${code}: ${hint}`);
    });
  }
}

declare global {
  interface Window {
    /** All that the page has made. */
    connections: RTCPeerConnection[];
    /** Random bytes that the page drew, its workers aside. */
    drawn: number[][];
    testify(): Promise<Testimony>;
  }
}

/** What a page knows of its calls: pictures, in all connections and all sessions that are not closed. */
export interface Testimony {
  sessions: number;
  /** Since closed. */
  closed: number;
  encoded: number;
  /** Of these at least, frames that came to the worker, and that left it sealed. */
  seen: number;
  sealed: number;
  /** Packets that came, whether their frames were opened or not. */
  received: number;
  decoded: number;
  /** At least what was decoded. */
  opened: number;
  /** Whether sound goes and comes. */
  isHeard: boolean;
  /** Some frames took another way. */
  isBypassed: boolean;
  /** Members by state. */
  members: Record<string, string>;
  errors: string[];
}

const sessions: Session[] = [];
const errors: string[] = [];

window.testify = async () => {
  const before = await counted();
  const tracks: TrackStats[] = [];
  const members: Record<string, string> = {};
  let closed = 0;
  for (const session of sessions) {
    try {
      const stats = await session.stats();
      tracks.push(...stats.tracks);
      for (const { id, state } of stats.members) members[id] = state;
    } catch {
      closed += 1;
    }
  }
  const passed = (kind: string, direction: string): number[] =>
    tracks
      .filter((track) => track.kind === kind && track.direction === direction)
      .map((track) => track.passed);
  return {
    sessions: sessions.length,
    closed,
    ...before,
    seen: sum(tracks.filter(isSentVideo).map(({ seen }) => seen)),
    sealed: sum(passed('video', 'send')),
    opened: sum(passed('video', 'receive')),
    isHeard: sum(passed('audio', 'send')) > 0 && sum(passed('audio', 'receive')) > 0,
    isBypassed: tracks.some(({ bypassed }) => bypassed),
    members,
    errors,
  };
};

async function counted(): Promise<Pick<Testimony, 'encoded' | 'received' | 'decoded'>> {
  const all = async (type: 'outbound-rtp' | 'inbound-rtp') =>
    (await Promise.all(window.connections.map((pc) => streams(pc, type)))).flat();
  return {
    encoded: total(await all('outbound-rtp'), 'framesEncoded'),
    received: total(await all('inbound-rtp'), 'packetsReceived'),
    decoded: total(await all('inbound-rtp'), 'framesDecoded'),
  };
}

function isSentVideo({ kind, direction }: TrackStats): boolean {
  return kind === 'video' && direction === 'send';
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
