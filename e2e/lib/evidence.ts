/** What the taps at the two ends of a call prove about the frames between them. */

import type { Tap, TappedFrame } from '../workers/messages.ts';
import type { MediaKind, RtpStats } from '../pages/rtp-stats.ts';
import { withoutEnvelope } from './envelope.ts';
import { content, hasBytes } from './sealed-frames.ts';
import { holds } from './secrets.ts';

type Frame = TappedFrame<Buffer>;

/** One direction of a call that is over. */
export interface Direction {
  sender: Tap<Buffer>[];
  receiver: Tap<Buffer>[];
  /** What the receiving browser counted. */
  rtp: RtpStats[];
}

/** A call that is over. */
export interface Finished {
  toBob: Direction;
  toAlice: Direction;
}

/** What a direction proves of one kind of media. */
export interface Evidence {
  /** Frames that left the sender's worker. */
  sealed: number;
  /** Of these, frames that left the receiver's worker bit for bit as the encoder had made them. */
  opened: number;
  /** Of the rest, frames that were not next to a pause of their sender. */
  lost: number;
  /** Of these, frames of a stream of which none before them arrived. */
  unheard: number;
  /** Frames that left the receiver's worker other than any encoder made them. */
  forged: number;
  /** Frames that came in at the receiver with the encoder's bytes in them. */
  leaks: number;
  /** Frames that came in at the receiver, repeats and empty ones aside. */
  received: number;
  /** Of these, frames that its worker did not open: nobody sealed them, or not for it. */
  refused: number;
  /** The same for pictures, which SVC makes of several frames. */
  pictures: { sealed: number; opened: number };
}

/** Looks at each kind of media in each direction. */
export function gatherAll({ toBob, toAlice }: Finished) {
  return Object.entries({ toBob, toAlice }).flatMap(([to, direction]) => [
    { to, kind: 'audio', ...gather(direction, 'audio') },
    { to, kind: 'video', ...gather(direction, 'video') },
  ]);
}

/** Looks at all streams of a kind together, or at the one with this SSRC. */
export function gather(
  { sender, receiver }: Direction,
  kind: MediaKind,
  source?: number,
): Evidence {
  const ofStream = (frames: Frame[]) =>
    frames.filter((frame) => !source || frame.source === source);
  const sending = sender.filter((tap) => tap.direction === 'send' && tap.kind === kind);
  const receiving = receiver.filter((tap) => tap.direction === 'receive' && tap.kind === kind);
  const arrived = ofStream(receiving.flatMap(({ before }) => before));
  const shown = ofStream(receiving.flatMap(({ after }) => after)).filter(hasBytes);
  const encoded = sending.flatMap(({ before }) => before);
  const [shownOnce, encodedOnce] = [new Bag(shown), new Bag(encoded)];

  const sealed = sending.flatMap((tap) => ofStream(sentFrames(tap)));
  const missing = new Set(sealed.filter((frame) => !shownOnce.take(frame)));
  const received = new Set(arrived.filter(hasBytes).map(content)).size;
  return {
    sealed: sealed.length,
    opened: sealed.length - missing.size,
    lost: sum(sending.map((tap) => countLost(ofStream(sentFrames(tap)), missing))),
    unheard: Math.max(0, sealed.findIndex((frame) => !missing.has(frame))),
    forged: shown.filter((frame) => !encodedOnce.take(frame)).length,
    leaks: countLeaks(encoded, arrived),
    received,
    refused: Math.max(0, received - shown.length),
    pictures: { sealed: countPictures(sealed), opened: countPictures(sealed, missing) },
  };
}

/**
 * Counts the received frames that hold a piece of an encoder's frame.
 *
 * Of each encoded frame, windows of 16 bytes are looked for at every place of every received frame:
 * nothing that was sealed holds one, however regular the picture.
 */
export function countLeaks(encoded: Frame[], received: Frame[]): number {
  const known = new Set<string>();
  for (const frame of encoded) {
    const text = content(frame);
    const stride = text.length < SMALL_FRAME ? 1 : LARGE_FRAME_STRIDE;
    for (let at = 0; at + WINDOW <= text.length; at += stride)
      known.add(text.slice(at, at + WINDOW));
    if (text.length >= WINDOW) known.add(text.slice(-WINDOW));
  }
  return received.filter((frame) => {
    const text = withoutEnvelope(frame.mimeType, frame.data).toString('latin1');
    return holds(text, WINDOW, known);
  }).length;
}

/** One goes in, one comes out, in order: what the worker drops is missing at the receiver. */
function sentFrames({ before, after }: Tap<Buffer>): Frame[] {
  return before.slice(0, after.length).filter(hasBytes);
}

/**
 * Of missing frames, those that no pause explains.
 *
 * What is under way when the sender pauses may not arrive; nor what it sends first afterwards, because
 * an answerer sends at once and the offerer listens when the answer has come.
 */
function countLost(sealed: Frame[], missing: Set<Frame>): number {
  const edges = sealed.flatMap(({ at }, index) => {
    const next = sealed[index + 1]?.at ?? Infinity;
    return next - at > PAUSE_MS ? [at, next] : [];
  });
  const explained = ({ at }: Frame) => edges.some((edge) => Math.abs(edge - at) <= IN_FLIGHT_MS);
  return sealed.filter((frame) => missing.has(frame) && !explained(frame)).length;
}

/** Pictures none of whose frames is missing. */
function countPictures(frames: Frame[], missing = new Set<Frame>()): number {
  const gaps = new Set([...missing].map(({ timestamp }) => timestamp));
  return new Set(frames.map(({ timestamp }) => timestamp).filter((time) => !gaps.has(time))).size;
}

/** Frames by content, each as often as it came. */
class Bag {
  readonly #counts = new Map<string, number>();

  constructor(frames: Frame[]) {
    for (const frame of frames) {
      this.#counts.set(content(frame), (this.#counts.get(content(frame)) ?? 0) + 1);
    }
  }

  /** Takes out one that equals `frame`; returns whether there was any. */
  take(frame: Frame): boolean {
    const count = this.#counts.get(content(frame)) ?? 0;
    if (count > 0) this.#counts.set(content(frame), count - 1);
    return count > 0;
  }
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Frames that a sender made this shortly before or after a pause may not arrive. */
const IN_FLIGHT_MS = 500;
/** Five frames of the slowest fake camera; the shortest pause that a test makes is 450. */
const PAUSE_MS = 250;

const WINDOW = 16;
const SMALL_FRAME = 256;
/** With it, any readable piece of 24 bytes holds a whole window. */
const LARGE_FRAME_STRIDE = 8;
