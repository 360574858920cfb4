import type { Channel } from './channel.js';
import { FramesealError } from './errors.js';
import type { ProtectOptions } from './options.js';
import { SHARED_TRACK, TrackNumbers, trackNumber } from './tracks.js';
import { connect, hasTransform, type MediaEnd } from './transport.js';
import type { Direction, MediaKind, Pipeline } from '../protocol.js';

/**
 * The transceivers that a `Frameseal` protects, each with two pipelines in the worker.
 *
 * Chromium heeds a transform only if it is set in the turn that made the sender or receiver, and
 * says nothing otherwise; so both ends get theirs at once, whatever the direction will be, and keep
 * it for life. What is learnt later goes to the worker as a `retarget`.
 */
export class Pipelines {
  readonly #channel: Channel;
  readonly #protected = new Map<RTCRtpTransceiver, ProtectedTransceiver>();
  readonly #numbers = new WeakMap<RTCPeerConnection, TrackNumbers>();
  /** Of transceivers whose connection is not known. */
  readonly #looseNumbers = new TrackNumbers();
  #last = 0;
  #prepared = false;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** Every direction of every transceiver. */
  *[Symbol.iterator](): Generator<PipelineEnd> {
    for (const { transceiver, track, send, receive } of this.#protected.values()) {
      const kind = kindOf(transceiver);
      yield {
        pipeline: send,
        direction: 'send',
        kind,
        track,
        transceiver,
        end: transceiver.sender,
      };
      yield {
        pipeline: receive,
        direction: 'receive',
        kind,
        transceiver,
        end: transceiver.receiver,
      };
    }
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
        else if (known.track === undefined && sends(transceiver)) this.#update(known);
      } catch (error) {
        errors.push(error); // those after it must not go unprotected for that
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  /** Has a sender's browser make key frames, for those who cannot begin without. */
  makeKeyFrame(pipeline: number): void {
    const end = this.find(pipeline)?.end;
    if (!end || !('setParameters' in end)) return;
    const parameters = end.getParameters();
    const options: KeyFrameOptions = {
      encodingOptions: parameters.encodings.map(() => ({ keyFrame: true })),
    };
    // It fails where nothing is sent, or when the application changes parameters in this moment:
    // then the watchers' own requests bring a key frame.
    end.setParameters(parameters, options).catch(() => {});
  }

  /** Forgets the transceivers that will not carry media again. Returns how many are left. */
  prune(): number {
    for (const { transceiver, pc, numbers, track, send, receive } of this.#protected.values()) {
      // A negotiation that is rolled back takes its transceivers away without stopping them.
      const gone = pc && !pc.getTransceivers().includes(transceiver);
      if (!gone && transceiver.currentDirection !== 'stopped') continue;

      this.#protected.delete(transceiver);
      if (track !== undefined) numbers.free(track);
      this.#channel.tell('release', send);
      this.#channel.tell('release', receive);
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
      track: undefined,
      send: ++this.#last,
      receive: ++this.#last,
    };
    const { send, receive } = describe(added);
    try {
      if (this.#channel.ended) throw this.#channel.ended;
      connect(sender, send, this.#channel);
      connect(receiver, receive, this.#channel);
    } catch (error) {
      // Fail closed: what cannot be protected must not carry media.
      transceiver.stop();
      throw error;
    }
    this.#protected.set(transceiver, added);
    this.#prepare(added);
  }

  #update(known: ProtectedTransceiver): void {
    const { send, receive } = describe(known);
    this.#channel.tell('retarget', send);
    this.#channel.tell('retarget', receive);
    this.#prepare(known);
  }

  /** Has a key made when there is something to send, before frames come. With manual keys: nothing. */
  #prepare({ track }: ProtectedTransceiver): void {
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

/** One direction of one transceiver. */
export interface PipelineEnd {
  /** Its number in the session. */
  pipeline: number;
  direction: Direction;
  kind: MediaKind;
  /** When sending: which of this member's tracks; from when it sends. */
  track?: number | undefined;
  transceiver: RTCRtpTransceiver;
  end: MediaEnd;
}

/** What W3C's "WebRTC Extensions" add to `setParameters()`: one entry per encoding. */
interface KeyFrameOptions extends RTCSetParameterOptions {
  encodingOptions: { keyFrame: boolean }[];
}

interface ProtectedTransceiver {
  transceiver: RTCRtpTransceiver;
  options: ProtectOptions;
  /** Its connection, where `attach()` found it. */
  pc: RTCPeerConnection | undefined;
  numbers: TrackNumbers;
  /** The sender's number, from when it sends or the application names it. */
  track: number | undefined;
  /** Numbers of its pipelines. */
  send: number;
  receive: number;
}

/** Of every `Frameseal` in this page. */
const owned = new WeakSet<RTCRtpTransceiver>();

/** Numbers the sender if it is time; returns what the worker is to know of both directions. */
function describe(subject: ProtectedTransceiver): { send: Pipeline; receive: Pipeline } {
  const { transceiver, numbers, options } = subject;
  const kind = kindOf(transceiver);

  const chosen = options.track === undefined ? undefined : trackNumber(options.track);
  if (chosen !== undefined && chosen !== subject.track) {
    if (subject.track !== undefined) numbers.free(subject.track);
    numbers.reserve(chosen);
    subject.track = chosen;
  }
  if (subject.track === undefined && sends(transceiver)) subject.track = numbers.assign(kind);

  const { codec, from } = options;
  const common = { kind, track: subject.track ?? SHARED_TRACK, ...(codec && { codec }) };
  return {
    send: { pipeline: subject.send, direction: 'send', ...common },
    receive: { pipeline: subject.receive, direction: 'receive', ...common, ...(from && { from }) },
  };
}

function kindOf(transceiver: RTCRtpTransceiver): MediaKind {
  return transceiver.receiver.track.kind as MediaKind;
}

function sends(transceiver: RTCRtpTransceiver): boolean {
  return transceiver.direction.includes('send');
}
