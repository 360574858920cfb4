import { MEDIA_TRACKS } from '../constants.js';

/**
 * Which of a member's tracks a frame belongs to. Each has its own keys and counters.
 *
 * The four names are given to the first senders of a connection by kind and order, the numbered ones
 * to all further ones.
 */
export type TrackName =
  | 'microphone'
  | 'camera'
  | 'screen'
  | 'screen-audio'
  | `track-${4 | 5 | 6 | 7 | 8 | 9 | 10 | 11}`;

const NAMES = ['microphone', 'camera', 'screen', 'screen-audio'];

/**
 * The number of senders that have no other, because they do not send or because all are taken.
 *
 * Sharing is safe: the worker counts frames by track, not by sender.
 */
export const SHARED_TRACK = MEDIA_TRACKS - 1;

/** Numbers for the first two senders of a kind, in order; further ones come behind all four. */
const FIRST = { audio: [0, 3], video: [1, 2] };

/** Returns the number of a track, or `undefined` for no track's name. */
export function trackNumber(name: string): number | undefined {
  return NUMBERS.find((number) => trackName(number) === name);
}

/** Returns the name of a track; the number is the worker's. */
export function trackName(number: number): TrackName {
  return (NAMES[number] ?? `track-${number}`) as TrackName;
}

/** All that there are. */
const NUMBERS = Array.from({ length: MEDIA_TRACKS }, (_, number) => number);

/** Numbers the senders of one connection. */
export class TrackNumbers {
  readonly #taken = new Set<number>();

  /** Takes the first free number for a sender of this kind. */
  assign(kind: 'audio' | 'video'): number {
    const wanted = [...FIRST[kind], ...NUMBERS.slice(NAMES.length)];
    const number = wanted.find((candidate) => !this.#taken.has(candidate)) ?? SHARED_TRACK;
    this.#taken.add(number);
    return number;
  }

  /** Takes a number that the application chose, taken or not. */
  reserve(number: number): void {
    this.#taken.add(number);
  }

  /** Gives a number back. */
  free(number: number): void {
    this.#taken.delete(number);
  }
}
