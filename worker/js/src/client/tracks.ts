/**
 * Which of a member's tracks a frame belongs to. Each has its own keys and counters.
 *
 * `data` is what `seal()` makes. The four names after it are given to the first senders of a
 * connection by kind and order, the numbered ones to all further ones.
 */
export type TrackName = (typeof NAMES)[number];

/** A track that a sender can have. */
export type MediaTrackName = Exclude<TrackName, 'data'>;

const NAMES = [
  'data',
  'microphone',
  'camera',
  'screen',
  'screen-audio',
  'track-5',
  'track-6',
  'track-7',
  'track-8',
  'track-9',
  'track-10',
  'track-11',
  'track-12',
  'track-13',
  'track-14',
  'track-15',
] as const;

/**
 * The number of senders that have no other, because they do not send or because all are taken.
 *
 * Sharing is safe: the worker counts frames by track, not by sender.
 */
export const SHARED_TRACK = 15;

/** Numbers for the first two senders of a kind, in order; further ones start at 5. */
const FIRST = { audio: [1, 4], video: [2, 3] };

/** Returns the number of a track, or `undefined` for no track's name. */
export function trackNumber(name: string): number | undefined {
  const number = (NAMES as readonly string[]).indexOf(name);
  return number < 0 ? undefined : number;
}

/** Returns the name of a track; the number is the worker's, 0-15. */
export function trackName(number: number): TrackName {
  return NAMES[number] ?? 'track-15';
}

/** Numbers the senders of one connection. */
export class TrackNumbers {
  readonly #taken = new Set<number>();

  /** Takes the first free number for a sender of this kind. */
  assign(kind: 'audio' | 'video'): number {
    const wanted = [...FIRST[kind], 5, 6, 7, 8, 9, 10, 11, 12, 13, 14];
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
