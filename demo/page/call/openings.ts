/** Which of the tracks that somebody says to send have been opened lately. */

import { TRACKS, type Track } from './local-media.ts';

/** A receiver's counter, as `Frameseal.stats()` tells it. */
export interface Opened {
  member: string;
  track: string;
  /** Frames opened so far. */
  passed: number;
}

export class Openings {
  readonly #tracks = new Map<string, { passed: number; at: number }>();
  /** Since when a member says to send a track. */
  readonly #expected = new Map<string, number>();

  /** Takes the counters of `now`, in milliseconds. */
  update(counters: readonly Opened[], now: number): void {
    const totals = new Map<string, number>();
    for (const { member, track, passed } of counters) {
      const key = `${member} ${track}`;
      totals.set(key, (totals.get(key) ?? 0) + passed);
    }
    for (const [key, passed] of totals) {
      // A new connection counts from 0.
      if (passed !== this.#tracks.get(key)?.passed) {
        this.#tracks.set(key, { passed, at: passed > 0 ? now : -Infinity });
      }
    }
  }

  /** Returns what the member says to send and what has not been opened for some seconds. */
  missing(member: string, sending: Readonly<Record<Track, boolean>>, now: number): Track[] {
    return TRACKS.filter((track) => {
      const key = `${member} ${track}`;
      if (!sending[track]) {
        this.#expected.delete(key);
        return false;
      }
      const since = this.#expected.get(key) ?? now;
      this.#expected.set(key, since);
      const openedAt = this.#tracks.get(key)?.at ?? -Infinity;
      if (now - Math.max(since, openedAt) < PATIENCE_MS) return false;
      // A screen on which nothing moves sends next to nothing.
      return track !== 'screen' || openedAt < since;
    });
  }

  /** Forgets a member that has left. */
  forget(member: string): void {
    for (const map of [this.#tracks, this.#expected]) {
      for (const key of map.keys()) if (key.startsWith(`${member} `)) map.delete(key);
    }
  }
}

/** Longer than a change of network, or a burst of lost packets and the key frame after it. */
const PATIENCE_MS = 4000;
