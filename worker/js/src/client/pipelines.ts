import type { Channel } from './channel.js';
import { negotiatedCodecs } from './codecs.js';
import { FramesealError } from './errors.js';
import { LoneEnd, type Carrier } from './lone-end.js';
import type { ProtectOptions } from './options.js';
import { refuseTelephoneEvents } from './telephone-events.js';
import { SHARED_TRACK, TrackNumbers, trackNumber } from './tracks.js';
import { connect, hasTransform, stop, type MediaEnd } from './transport.js';
import type { Direction, MediaKind, Pipeline } from '../protocol.js';

/**
 * The transceivers that a `Frameseal` protects, each with two pipelines in the worker.
 *
 * Without its option, Chromium heeds a transform only if it is set in the turn that made the sender or
 * receiver, and says nothing otherwise; so both ends get theirs at once, whatever the direction will
 * be, and keep it for life. What is learnt later goes to the worker as a `retarget`.
 */
export class Pipelines {
  readonly #channel: Channel;
  readonly #options: PipelinesOptions;
  readonly #protected = new Map<Carrier, Protected>();
  readonly #numbers = new WeakMap<RTCPeerConnection, TrackNumbers>();
  /** Of transceivers whose connection is not known. */
  readonly #looseNumbers = new TrackNumbers();
  #last = 0;
  #prepared = false;

  constructor(channel: Channel, options: PipelinesOptions) {
    this.#channel = channel;
    this.#options = options;
  }

  /** Every direction of every transceiver. */
  *[Symbol.iterator](): Generator<PipelineEnd> {
    for (const { ends } of this.#protected.values()) yield* ends;
  }

  /** Whether frames went past the worker at an end that is still there. */
  get isBypassed(): boolean {
    return [...this].some(({ bypassed }) => bypassed);
  }

  /** Finds a direction of a transceiver by what the worker calls it. */
  find(pipeline: number): PipelineEnd | undefined {
    return [...this].find((end) => end.pipeline === pipeline);
  }

  /** Which of this member's tracks an end sends, if it does. */
  trackOf({ direction, carrier }: PipelineEnd): number | undefined {
    return direction === 'send' ? this.#protected.get(carrier)?.track : undefined;
  }

  /**
   * Protects a transceiver, or one end of one; or changes the options of what is protected.
   *
   * @throws FramesealError `already-protected`, `encoded-streams-disabled`, or why the talk with
   * the worker ended.
   */
  protect(subject: RTCRtpTransceiver | MediaEnd, options?: ProtectOptions): void {
    const known = [...this.#protected.values()].find(
      ({ carrier, ends }) => carrier === subject || ends.some(({ end }) => end === subject),
    );
    if (!known) {
      this.#add('sender' in subject ? subject : new LoneEnd(subject), options ?? {});
    } else if (options) {
      known.options = { ...known.options, ...options };
      this.#update(known);
    }
  }

  /** Protects the new transceivers of a connection; numbers those that began to send. */
  sweep(pc: RTCPeerConnection): void {
    const errors: unknown[] = [];
    for (const transceiver of pc.getTransceivers()) {
      const known = this.#protected.get(transceiver);
      try {
        if (!known) this.#add(transceiver, {}, pc);
        else if (known.track === undefined && sends(transceiver)) this.#update(known);
      } catch (error) {
        errors.push(error); // those after it must not go unprotected for that
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  /**
   * Tells the worker which codecs were negotiated, where that has changed: of one connection, or of all
   * that `attach()` does not know.
   */
  tellCodecs(pc: RTCPeerConnection | undefined): void {
    for (const subject of this) {
      if (subject.pc !== pc) continue;
      const codecs = negotiatedCodecs(subject.end);
      const told = codecs.join();
      if (told === subject.codecs) continue;
      subject.codecs = told;
      this.#channel.tell('setCodecs', subject.pipeline, codecs);
    }
  }

  /** Forgets the transceivers that will not carry media again. Returns how many are left. */
  prune(): number {
    for (const { carrier, pc, numbers, track, ends } of this.#protected.values()) {
      // A negotiation that is rolled back takes its transceivers away without stopping them.
      const gone = pc && !pc.getTransceivers().includes(carrier as RTCRtpTransceiver);
      if (!gone && carrier.currentDirection !== 'stopped') continue;

      this.#protected.delete(carrier);
      if (track !== undefined) numbers.free(track);
      for (const { pipeline } of ends) this.#channel.tell('release', pipeline);
    }
    return this.#protected.size;
  }

  #add(carrier: Carrier, options: ProtectOptions, pc?: RTCPeerConnection): void {
    const { sender, receiver } = carrier;
    if (carrier.direction === 'stopped') return;
    if (owned.has(carrier) || hasTransform(sender) || hasTransform(receiver)) {
      throw new FramesealError('already-protected', 'it has another transform');
    }
    const kind = (receiver ?? sender)?.track?.kind as MediaKind | undefined;
    if (!kind) throw new TypeError('the sender has no track yet');
    owned.add(carrier);

    const end = (end: MediaEnd, direction: Direction): PipelineEnd => {
      return { pipeline: ++this.#last, direction, kind, carrier, end, pc, bypassed: false };
    };
    const ends = [...(sender ? [end(sender, 'send')] : []), ...(receiver ? [end(receiver, 'receive')] : [])];
    const added: Protected = { carrier, kind, options, pc, numbers: this.#numbersOf(pc), ends };
    try {
      if (this.#channel.ended) throw this.#channel.ended;
      if (sender && !this.#options.allowsTelephoneEvents) refuseTelephoneEvents(sender);
      describe(added).forEach((pipeline, at) => connect(ends[at]!.end, pipeline, this.#channel));
    } catch (error) {
      // Fail closed: what cannot be protected must not carry media.
      stop(carrier);
      throw error;
    }
    this.#protected.set(carrier, added);
    this.#prepare(added);
  }

  #update(known: Protected): void {
    for (const pipeline of describe(known)) this.#channel.tell('retarget', pipeline);
    this.#prepare(known);
  }

  /** Has a key made when there is something to send, before frames come. With manual keys: nothing. */
  #prepare({ track }: Protected): void {
    if (track === undefined || this.#prepared) return;
    this.#prepared = true;
    this.#channel.tell('prepare');
  }

  #numbersOf(pc: RTCPeerConnection | undefined): TrackNumbers {
    if (!pc) return this.#looseNumbers;
    const numbers = this.#numbers.get(pc) ?? new TrackNumbers();
    this.#numbers.set(pc, numbers);
    return numbers;
  }
}

/** What holds for all transceivers of a `Frameseal`. */
export interface PipelinesOptions {
  allowsTelephoneEvents: boolean;
}

/** One direction of one transceiver. */
export interface PipelineEnd {
  /** Its number in the session. */
  readonly pipeline: number;
  readonly direction: Direction;
  readonly kind: MediaKind;
  readonly carrier: Carrier;
  readonly end: MediaEnd;
  /** Its connection, where `attach()` found it. */
  readonly pc: RTCPeerConnection | undefined;
  /** Frames went past the worker here, and were stopped. */
  bypassed: boolean;
  /** The codecs that the worker was told of. */
  codecs?: string;
}

/** A transceiver, or one end of it. */
interface Protected {
  carrier: Carrier;
  kind: MediaKind;
  options: ProtectOptions;
  pc: RTCPeerConnection | undefined;
  numbers: TrackNumbers;
  ends: PipelineEnd[];
  /** Which of this member's tracks it sends; from when it does, or the application names it. */
  track?: number;
}

/** Of every `Frameseal` in this page. */
const owned = new WeakSet<Carrier>();

/** Numbers the sender if it is time; returns what the worker is to know of each end. */
function describe(subject: Protected): Pipeline[] {
  const { carrier, kind, numbers, options, ends } = subject;

  const chosen = options.track === undefined ? undefined : trackNumber(options.track);
  if (chosen !== undefined && chosen !== subject.track) {
    if (subject.track !== undefined) numbers.free(subject.track);
    numbers.reserve(chosen);
    subject.track = chosen;
  }
  if (subject.track === undefined && sends(carrier)) subject.track = numbers.assign(kind);

  const { track = SHARED_TRACK } = subject;
  const { codec, from } = options;
  return ends.map(({ pipeline, direction }) => {
    const whose = direction === 'receive' && from ? { from } : {};
    return { pipeline, direction, kind, track, ...(codec && { codec }), ...whose };
  });
}

function sends(carrier: Carrier): boolean {
  return carrier.direction.includes('send');
}
