import type { Channel } from './channel.js';
import { negotiatedCodecs } from './codecs.js';
import { FramesealError } from './errors.js';
import type { ProtectOptions } from './options.js';
import { refuseTelephoneEvents } from './telephone-events.js';
import { SHARED_TRACK, TrackNumbers, trackNumber } from './tracks.js';
import { connect, hasTransform, stopTransceiver, type MediaEnd } from './transport.js';
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
  readonly #protected = new Map<RTCRtpTransceiver, ProtectedTransceiver>();
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
    for (const { send, receive } of this.#protected.values()) {
      yield send;
      yield receive;
    }
  }

  /** Whether frames went past the worker at an end that is still there. */
  get isBypassed(): boolean {
    return [...this].some(({ bypassed }) => bypassed);
  }

  /** Finds a direction of a transceiver by what the worker calls it. */
  find(pipeline: number): PipelineEnd | undefined {
    return [...this].find((end) => end.pipeline === pipeline);
  }

  /**
   * Protects a transceiver, or changes the options of one that is protected.
   *
   * @throws FramesealError `already-protected`, `encoded-streams-disabled`, or why the talk with
   * the worker ended.
   */
  protect(transceiver: RTCRtpTransceiver, options?: ProtectOptions, pc?: RTCPeerConnection): void {
    const known = this.#protected.get(transceiver);
    if (!known) {
      this.#add(transceiver, options ?? {}, pc);
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
        else if (known.send.track === undefined && sends(transceiver)) this.#update(known);
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
    for (const { transceiver, pc, numbers, send, receive } of this.#protected.values()) {
      // A negotiation that is rolled back takes its transceivers away without stopping them.
      const gone = pc && !pc.getTransceivers().includes(transceiver);
      if (!gone && transceiver.currentDirection !== 'stopped') continue;

      this.#protected.delete(transceiver);
      if (send.track !== undefined) numbers.free(send.track);
      this.#channel.tell('release', send.pipeline);
      this.#channel.tell('release', receive.pipeline);
    }
    return this.#protected.size;
  }

  #add(transceiver: RTCRtpTransceiver, options: ProtectOptions, pc?: RTCPeerConnection): void {
    const { sender, receiver } = transceiver;
    if (transceiver.direction === 'stopped') return;
    if (owned.has(transceiver) || hasTransform(sender) || hasTransform(receiver)) {
      throw new FramesealError('already-protected', 'the transceiver has another transform');
    }
    owned.add(transceiver);

    const added: ProtectedTransceiver = {
      transceiver,
      options,
      pc,
      numbers: this.#numbersOf(pc),
      send: this.#end(transceiver, sender, 'send', pc),
      receive: this.#end(transceiver, receiver, 'receive', pc),
    };
    const { send, receive } = describe(added);
    try {
      if (this.#channel.ended) throw this.#channel.ended;
      if (!this.#options.allowsTelephoneEvents) refuseTelephoneEvents(sender);
      connect(sender, send, this.#channel);
      connect(receiver, receive, this.#channel);
    } catch (error) {
      // Fail closed: what cannot be protected must not carry media.
      stopTransceiver(transceiver);
      throw error;
    }
    this.#protected.set(transceiver, added);
    this.#prepare(added);
  }

  #end(
    transceiver: RTCRtpTransceiver,
    end: MediaEnd,
    direction: Direction,
    pc: RTCPeerConnection | undefined,
  ): PipelineEnd {
    const kind = transceiver.receiver.track.kind as MediaKind;
    return { pipeline: ++this.#last, direction, kind, transceiver, end, pc, bypassed: false };
  }

  #update(known: ProtectedTransceiver): void {
    const { send, receive } = describe(known);
    this.#channel.tell('retarget', send);
    this.#channel.tell('retarget', receive);
    this.#prepare(known);
  }

  /** Has a key made when there is something to send, before frames come. With manual keys: nothing. */
  #prepare({ send }: ProtectedTransceiver): void {
    if (send.track === undefined || this.#prepared) return;
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
  readonly transceiver: RTCRtpTransceiver;
  readonly end: MediaEnd;
  /** Its connection, where `attach()` found it. */
  readonly pc: RTCPeerConnection | undefined;
  /** When sending: which of this member's tracks; from when it sends or the application names it. */
  track?: number | undefined;
  /** Frames went past the worker here, and were stopped. */
  bypassed: boolean;
  /** The codecs that the worker was told of. */
  codecs?: string;
}

interface ProtectedTransceiver {
  transceiver: RTCRtpTransceiver;
  options: ProtectOptions;
  pc: RTCPeerConnection | undefined;
  numbers: TrackNumbers;
  send: PipelineEnd;
  receive: PipelineEnd;
}

/** Of every `Frameseal` in this page. */
const owned = new WeakSet<RTCRtpTransceiver>();

/** Numbers the sender if it is time; returns what the worker is to know of both directions. */
function describe(subject: ProtectedTransceiver): { send: Pipeline; receive: Pipeline } {
  const { transceiver, numbers, options, send, receive } = subject;
  const { kind } = send;

  const chosen = options.track === undefined ? undefined : trackNumber(options.track);
  if (chosen !== undefined && chosen !== send.track) {
    if (send.track !== undefined) numbers.free(send.track);
    numbers.reserve(chosen);
    send.track = chosen;
  }
  if (send.track === undefined && sends(transceiver)) send.track = numbers.assign(kind);

  const { codec, from } = options;
  const common = { kind, track: send.track ?? SHARED_TRACK, ...(codec && { codec }) };
  return {
    send: { pipeline: send.pipeline, direction: 'send', ...common },
    receive: {
      pipeline: receive.pipeline,
      direction: 'receive',
      ...common,
      ...(from && { from }),
    },
  };
}

function sends(transceiver: RTCRtpTransceiver): boolean {
  return transceiver.direction.includes('send');
}
