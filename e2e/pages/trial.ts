/**
 * One call of two members in one page, made as an application might: Alice's end in one of several
 * ways, Bob's as it should be. Both send; what Bob gets in the clear is counted.
 */

import { Frameseal, type FramesealStats } from 'frameseal';
import { install } from 'frameseal/install.js';
import { exchangeCandidates, hasCodec, preferCodec } from './connection.ts';
import { makeMedia, pause, playAll } from './media.ts';
import { SAMPLES_PER_MS, streams, total, type MediaKind } from './rtp-stats.ts';
import { withSecuredKeys } from './sessions.ts';


/** How Alice's connection is made. */
export type Way =
  /** `frameseal.connection()`. */
  | 'connection'
  /** `install()`, and `new RTCPeerConnection()`. */
  | 'install'
  /** `new RTCPeerConnection({ encodedInsertableStreams: true })`, and `attach()`. */
  | 'option'
  /** `new RTCPeerConnection()`, and `attach()` with `trustTiming`. */
  | 'none';

/** When Alice's session gets the connection, and what else she does. */
export type Case =
  | 'in time'
  | 'a microtask late'
  | 'a turn late'
  /** As after `await fetch()`. */
  | '300 ms late'
  | 'when connected'
  | 'never'
  | 'through the prototype'
  | 'after close()'
  /** The application sets another transform on the running senders. */
  | 'replaced'
  /** The same, by a setter that it kept from before the package was there. */
  | 'replaced behind our back'
  /** The application takes the transform off. */
  | 'set to null';

export interface Trial {
  way: Way;
  case: Case;
  /** Name of the video codec. */
  codec: string;
  /** How long the call lasts, once connected. */
  ms: number;
  /** Script of the workers with its extras, by default the package's own. */
  worker?: string;
}

/** What came of one kind of media in one direction. */
export interface Outcome {
  kind: MediaKind;
  direction: 'send' | 'receive';
  codec: string;
  sealed: number;
  opened: number;
  decoded: number;
  clear_frames: number;
  /** From Alice's first packet to the last clear frame; 0 without one. */
  clear_ms: number;
}

/** What Alice's application was told. */
export interface Told {
  /** In ms since her first packet; before it, 0. */
  at: number;
  /** A problem's code, another state of Bob's, or `throws` and the code of an error. */
  what: string;
}

export interface Result {
  transport: string;
  outcomes: Outcome[];
  told: Told[];
}

/** How frames reach the worker here, and which of these codecs the browser has. */
export function abilities(codecs: string[]): { transport: string; codecs: string[] } {
  return { transport: String(Frameseal.transport), codecs: codecs.filter(hasCodec) };
}

export async function run(trial: Trial): Promise<Result> {
  const [alice, bob] = await withSecuredKeys(
    'trial',
    trial.worker ? { worker: new URL(`../workers/${trial.worker}`, location.href) } : {},
  );
  return new Call(trial, alice, bob).run();
}

/** The browser's own, as it is before the package wraps it. */
const SETTER = Object.getOwnPropertyDescriptor(RTCRtpSender.prototype, 'transform')?.set;

class Call {
  readonly #trial: Trial;
  readonly #alice: Frameseal;
  readonly #bob: Frameseal;
  readonly #installation;
  readonly #mine: RTCPeerConnection;
  readonly #theirs: RTCPeerConnection;
  readonly #media = makeMedia();
  readonly #told: Told[] = [];
  /** Frames that nobody sealed, and when the last one came. */
  readonly #clear = { audio: { frames: 0, last: 0 }, video: { frames: 0, last: 0 } };
  #alices: FramesealStats | undefined;
  #began: number | undefined;

  constructor(trial: Trial, alice: Frameseal, bob: Frameseal) {
    this.#trial = trial;
    this.#alice = alice;
    this.#bob = bob;
    alice.addEventListener('problem', ({ detail }) => this.#tell(detail.code));
    alice.addEventListener('member', ({ detail }) => this.#tell(`bob is ${detail.state}`));
    this.#theirs = bob.connection();
    this.#installation = trial.way === 'install' ? install() : undefined;
    const option = { encodedInsertableStreams: true } as RTCConfiguration;
    this.#mine =
      trial.way === 'connection'
        ? alice.connection()
        : new RTCPeerConnection(trial.way === 'option' ? option : undefined);
    for (const pc of [this.#mine, this.#theirs]) playAll(pc);
  }

  async run(): Promise<Result> {
    await this.#begin();
    await this.#watch(this.#trial.ms);
    const bobs = await this.#bob.stats();
    const outcomes = [
      ...(await this.#outcomes('send', this.#alices, bobs, this.#theirs)),
      ...(await this.#outcomes('receive', bobs, this.#alices, this.#mine)),
    ];
    return { transport: String(Frameseal.transport), outcomes, told: this.#told };
  }

  async #begin(): Promise<void> {
    const { case: which } = this.#trial;
    const delay = DELAYS[which];
    const isLate = delay || which === 'when connected' || which === 'never';
    if (!isLate) this.#protect();
    if (which === 'after close()') this.#alice.close();
    this.#addTracks();
    if (delay) {
      await delay();
      this.#protect();
    }
    await this.#negotiate();
    if (which === 'when connected') {
      await this.#watch(1000);
      this.#protect();
    }
    if (TAMPERING.includes(which)) await this.#tamper();
  }

  #protect(): void {
    this.#attempt(() => {
      if (this.#trial.way === 'install') this.#installation!.claim(this.#alice);
      else this.#alice.attach(this.#mine, { trustTiming: this.#trial.way === 'none' });
    });
  }

  #addTracks(): void {
    const { prototype } = RTCPeerConnection;
    const add = this.#trial.case === 'through the prototype' ? prototype.addTrack : this.#mine.addTrack;
    for (const track of this.#media) this.#attempt(() => add.call(this.#mine, track));
    for (const track of this.#media) this.#theirs.addTrack(track.clone());
  }

  /** By the prototype's methods, if tracks are added so. */
  async #negotiate(): Promise<void> {
    const [mine, theirs] = [this.#mine, this.#theirs];
    exchangeCandidates(mine, theirs);
    const { setLocalDescription, setRemoteDescription } =
      this.#trial.case === 'through the prototype' ? RTCPeerConnection.prototype : mine;
    preferCodec(mine, this.#trial.codec);
    await Reflect.apply(setLocalDescription, mine, []);
    await theirs.setRemoteDescription(mine.localDescription!);
    await theirs.setLocalDescription();
    await Reflect.apply(setRemoteDescription, mine, [theirs.localDescription]);
    // Where nothing may be sent, nothing connects.
    await this.#watch(1500, () => mine.connectionState === 'connected');
  }

  async #tamper(): Promise<void> {
    const { case: what } = this.#trial;
    await this.#watch(1500);
    this.#began = performance.now(); // the clock starts here
    for (const sender of this.#mine.getSenders()) {
      this.#attempt(() => {
        const transform = what === 'set to null' ? null : new RTCRtpScriptTransform(passing(), {});
        if (what === 'replaced behind our back') SETTER?.call(sender, transform);
        else sender.transform = transform;
      });
    }
  }

  async #watch(ms: number, isOver = () => false): Promise<void> {
    for (const end = performance.now() + ms; performance.now() < end && !isOver(); await pause(20)) {
      await this.#look();
    }
  }

  /** Looks at what Alice has sent, and at what Bob could not open. */
  async #look(): Promise<void> {
    if (this.#began === undefined) {
      const hasSent = total(await streams(this.#mine, 'outbound-rtp'), 'packetsSent') > 0;
      if (hasSent) this.#began ??= performance.now();
    }
    const { tracks } = await this.#bob.stats();
    for (const { direction, kind, dropped } of tracks) {
      if (direction !== 'receive') continue;
      // What nobody sealed may look like a frame under some key.
      const { notSealed, malformedFrame, authenticationFailed, missingKey, unclear } = dropped;
      const frames = notSealed + malformedFrame + authenticationFailed + missingKey + unclear;
      const clear = this.#clear[kind];
      if (frames > clear.frames) this.#clear[kind] = { frames, last: performance.now() };
    }
    if (this.#trial.case !== 'after close()') {
      this.#alices = await this.#alice.stats().catch(() => this.#alices);
    }
  }

  async #outcomes(
    direction: 'send' | 'receive',
    sender: FramesealStats | undefined,
    receiver: FramesealStats | undefined,
    receiving: RTCPeerConnection,
  ): Promise<Outcome[]> {
    const came = await streams(receiving, 'inbound-rtp');
    return (['audio', 'video'] as const).map((kind) => {
      const passed = (stats: FramesealStats | undefined, way: 'send' | 'receive') =>
        (stats?.tracks ?? [])
          .filter((track) => track.kind === kind && track.direction === way)
          .reduce((total, { passed }) => total + passed, 0);
      // Played: what was made up is none of it.
      const samples = total(came, 'totalSamplesReceived') - total(came, 'concealedSamples');
      const pieces = Math.round(samples / SAMPLES_PER_MS / PIECE_MS);
      const { frames, last } = direction === 'send' ? this.#clear[kind] : { frames: 0, last: 0 };
      return {
        kind,
        direction,
        codec: kind === 'audio' ? 'opus' : this.#trial.codec,
        sealed: passed(sender, 'send'),
        opened: passed(receiver, 'receive'),
        decoded: kind === 'audio' ? pieces : total(came, 'framesDecoded'),
        clear_frames: frames,
        clear_ms: frames > 0 ? Math.round(last - (this.#began ?? last)) : 0,
      };
    });
  }

  #attempt(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#tell(`throws ${(error as { code?: string }).code ?? error}`);
    }
  }

  #tell(what: string): void {
    const at = this.#began === undefined ? 0 : Math.round(performance.now() - this.#began);
    this.#told.push({ at, what });
  }
}

/** Another's transform, which lets everything pass. */
function passing(): Worker {
  const script =
    'onrtctransform = ({ transformer: { readable, writable } }) => readable.pipeTo(writable)';
  return new Worker(URL.createObjectURL(new Blob([script])));
}

const DELAYS: Partial<Record<Case, () => Promise<void>>> = {
  'a microtask late': () => Promise.resolve(),
  'a turn late': () => pause(0),
  '300 ms late': () => pause(300),
};

const TAMPERING: Case[] = ['replaced', 'replaced behind our back', 'set to null'];

/** Sound of a packet. */
const PIECE_MS = 20;
