/**
 * One call of two members in one page, made as an application might: Alice's end in one of several
 * ways, Bob's as it should be. Both send; what Bob gets in the clear is counted.
 */

import { Frameseal, FramesealError, type FramesealStats, type ProblemDetail } from 'frameseal';
import { install } from 'frameseal/install.js';
import { codecs } from './codecs.ts';
import { exchangeCandidates } from './loopback.ts';
import { openMedia } from './made-media.ts';
import { pause } from './received.ts';
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
  /** Script of the workers, by default the package's own. */
  worker?: string;
}

/** What came of one kind of media in one direction. */
export interface Outcome {
  kind: 'audio' | 'video';
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

/** How frames reach the worker here. */
export function transportName(): string {
  return String(Frameseal.transport);
}

/** Whether the browser encodes and decodes a codec, for example `VP8`. */
export function hasCodec(name: string): boolean {
  return codecs(name).length > 0;
}

export async function run(trial: Trial): Promise<Result> {
  const [alice, bob] = await withSecuredKeys(
    'trial',
    trial.worker ? { worker: new URL(`../workers/${trial.worker}.js`, location.href) } : {},
  );
  const call = new Call(trial, alice, bob);
  try {
    return await call.run();
  } finally {
    call.close();
  }
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
  readonly #media = openMedia();
  readonly #told: Told[] = [];
  readonly #clear = { audio: new Clear(), video: new Clear() };
  #sealed: FramesealStats | undefined;
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
    for (const pc of [this.#mine, this.#theirs]) {
      pc.addEventListener('track', ({ track }) => this.#media.play(track));
    }
  }

  async run(): Promise<Result> {
    await this.#begin();
    const end = performance.now() + this.#trial.ms;
    while (performance.now() < end) {
      await this.#look();
      await pause(20);
    }
    const outcomes = [...(await this.#outcomes('send')), ...(await this.#outcomes('receive'))];
    return { transport: String(Frameseal.transport), outcomes, told: this.#told };
  }

  close(): void {
    this.#mine.close();
    this.#theirs.close();
    this.#alice.close();
    this.#bob.close();
    this.#installation?.undo();
    this.#media.stop();
  }

  async #begin(): Promise<void> {
    switch (this.#trial.case) {
      case 'a microtask late':
        this.#addTracks();
        await undefined;
        this.#protect();
        return this.#negotiate();
      case 'a turn late':
      case '300 ms late':
        this.#addTracks();
        await pause(this.#trial.case === 'a turn late' ? 0 : 300);
        this.#protect();
        return this.#negotiate();
      case 'when connected':
        this.#addTracks();
        await this.#negotiate();
        await this.#watch(1000);
        return this.#protect();
      case 'never':
        this.#addTracks();
        return this.#negotiate();
      case 'after close()':
        this.#protect();
        this.#alice.close();
        this.#addTracks();
        return this.#negotiate();
      default:
        this.#protect();
        this.#addTracks();
        await this.#negotiate();
        return this.#tamper();
    }
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
    for (const track of this.#media.tracks) this.#attempt(() => add.call(this.#mine, track));
    for (const track of this.#media.tracks) this.#theirs.addTrack(track.clone());
  }

  /** By the prototype's methods, if tracks are added so. */
  async #negotiate(): Promise<void> {
    const [mine, theirs] = [this.#mine, this.#theirs];
    exchangeCandidates(mine, theirs);
    const { setLocalDescription, setRemoteDescription } =
      this.#trial.case === 'through the prototype' ? RTCPeerConnection.prototype : mine;
    for (const transceiver of mine.getTransceivers()) prefer(transceiver, this.#trial.codec);
    await Reflect.apply(setLocalDescription, mine, []);
    await theirs.setRemoteDescription(mine.localDescription!);
    await theirs.setLocalDescription();
    await Reflect.apply(setRemoteDescription, mine, [theirs.localDescription]);
    // Where nothing may be sent, nothing connects.
    for (let waited = 0; mine.connectionState !== 'connected' && waited < 1500; waited += 20) {
      await this.#look();
      await pause(20);
    }
  }

  async #tamper(): Promise<void> {
    const { case: what } = this.#trial;
    if (!TAMPERING.includes(what)) return;
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

  async #watch(ms: number): Promise<void> {
    for (const end = performance.now() + ms; performance.now() < end; await pause(20)) {
      await this.#look();
    }
  }

  /** Looks at what Alice has sent, and at what Bob could not open. */
  async #look(): Promise<void> {
    if (this.#began === undefined) {
      for (const { packetsSent = 0 } of await rtp(this.#mine, 'outbound-rtp')) {
        if (packetsSent > 0) this.#began ??= performance.now();
      }
    }
    const { tracks } = await this.#bob.stats();
    for (const { direction, kind, dropped } of tracks) {
      if (direction !== 'receive') continue;
      // What nobody sealed may look like a frame under some key.
      const { notSealed, malformedFrame, authenticationFailed, missingKey } = dropped;
      this.#clear[kind].count(notSealed + malformedFrame + authenticationFailed + missingKey);
    }
    if (this.#trial.case !== 'after close()') {
      this.#sealed = await this.#alice.stats().catch(() => this.#sealed);
    }
  }

  async #outcomes(direction: 'send' | 'receive'): Promise<Outcome[]> {
    const bobs = await this.#bob.stats();
    const [sending, receiving] = direction === 'send' ? [this.#sealed, bobs] : [bobs, this.#sealed];
    const decoded = await rtp(direction === 'send' ? this.#theirs : this.#mine, 'inbound-rtp');
    return (['audio', 'video'] as const).map((kind) => {
      const sum = (stats: FramesealStats | undefined, way: 'send' | 'receive') =>
        (stats?.tracks ?? [])
          .filter((track) => track.kind === kind && track.direction === way)
          .reduce((total, { passed }) => total + passed, 0);
      const clear = direction === 'send' ? this.#clear[kind] : new Clear();
      return {
        kind,
        direction,
        codec: kind === 'audio' ? 'opus' : this.#trial.codec,
        sealed: sum(sending, 'send'),
        opened: sum(receiving, 'receive'),
        decoded: Math.round(sumOf(decoded.filter((stats) => stats.kind === kind).map(decodedFrames))),
        clear_frames: clear.frames,
        clear_ms: clear.frames > 0 ? Math.round(clear.last - (this.#began ?? clear.last)) : 0,
      };
    });
  }

  #attempt(run: () => void): void {
    try {
      run();
    } catch (error) {
      const name = error instanceof FramesealError || hasCode(error) ? error.code : String(error);
      this.#tell(`throws ${name}`);
    }
  }

  #tell(what: ProblemDetail['code'] | string): void {
    const at = this.#began === undefined ? 0 : Math.round(performance.now() - this.#began);
    this.#told.push({ at, what });
  }
}

/** Frames that nobody sealed. */
class Clear {
  frames = 0;
  /** When the last one came. */
  last = 0;

  count(frames: number): void {
    if (frames > this.frames) this.last = performance.now();
    this.frames = Math.max(frames, this.frames);
  }
}

/** Another's transform, which lets everything pass. */
function passing(): Worker {
  const script =
    'onrtctransform = ({ transformer: { readable, writable } }) => readable.pipeTo(writable)';
  return new Worker(URL.createObjectURL(new Blob([script])));
}

const TAMPERING: Case[] = ['replaced', 'replaced behind our back', 'set to null'];

function prefer(transceiver: RTCRtpTransceiver, codec: string): void {
  if (transceiver.receiver.track.kind !== 'video') return;
  transceiver.setCodecPreferences([...codecs(codec), ...codecs('rtx')]);
}

interface RtpStats {
  type: string;
  kind: string;
  packetsSent?: number;
  framesDecoded?: number;
  totalSamplesReceived?: number;
  concealedSamples?: number;
}

async function rtp(pc: RTCPeerConnection, type: string): Promise<RtpStats[]> {
  const all: RtpStats[] = [];
  (await pc.getStats()).forEach((stats: RtpStats) => stats.type === type && all.push(stats));
  return all;
}

/** Pictures, or pieces of 20 ms of sound. */
function decodedFrames(stats: RtpStats): number {
  const { kind, framesDecoded = 0, totalSamplesReceived = 0, concealedSamples = 0 } = stats;
  return kind === 'video' ? framesDecoded : (totalSamplesReceived - concealedSamples) / 960;
}

function sumOf(numbers: number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

/** An error of `install.js`, which has a class of its own. */
function hasCode(error: unknown): error is { code: string } {
  return typeof error === 'object' && error !== null && 'code' in error;
}
