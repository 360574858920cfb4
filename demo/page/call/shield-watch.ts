/** Gathers what the shield goes by, and has it tell what is so now. */

import { effect, signal, type ReadonlySignal } from '@preact/signals-core';
import type { Frameseal, ProblemDetail, Severity } from 'frameseal';
import type { Person, Shield } from './model.ts';
import { Openings } from './openings.ts';
import type { People } from './people.ts';
import { shieldOf, type OtherFacts, type ProblemFacts } from './shield.ts';

export class ShieldWatch {
  readonly #people: People;
  readonly #frameseal: Frameseal | undefined;
  readonly #shield = signal<Shield>({ state: 'waiting', title: '', reason: '', cure: '' });
  readonly #openings = new Openings();
  readonly #others = new Map<string, Watched>();
  readonly #pulse: ReturnType<typeof setInterval>;
  readonly #stopFollowing: () => void;
  #problems: (ProblemFacts & { at: number })[] = [];

  /** @param frameseal absent in a room that is not sealed. */
  constructor(people: People, frameseal: Frameseal | undefined) {
    this.#people = people;
    this.#frameseal = frameseal;
    this.#pulse = setInterval(() => void this.#beat(), BEAT_MS);
    this.#stopFollowing = effect(() => {
      void people.list.value;
      this.#judge();
    });
  }

  get shield(): ReadonlySignal<Shield> {
    return this.#shield;
  }

  /** To be told before the person is in the list. */
  joined(member: string): void {
    const pendingSince = performance.now();
    this.#others.set(member, { pendingSince, lockedOutAt: -Infinity, isHeard: false });
  }

  left(member: string): void {
    this.#others.delete(member);
    this.#openings.forget(member);
  }

  rekeyed(member: string, keys: Person['keys']): void {
    const other = this.#others.get(member);
    if (!other) return;
    if (keys === 'pending') other.pendingSince ??= performance.now();
    else other.pendingSince = undefined;
  }

  /** The member has said what it sends. */
  heard(member: string): void {
    const other = this.#others.get(member);
    if (other) other.isHeard = true;
  }

  hasHeard(member: string): boolean {
    return this.#others.get(member)?.isHeard === true;
  }

  /** Takes a problem that the package told of. */
  problem({ code, hint, member = '', reason }: ProblemDetail, severity: Severity): void {
    const person = this.#people.get(member);
    if (code === 'message-rejected' && person && person.keys !== 'secured') {
      // Of somebody who has not got in, it says just that.
      const other = this.#others.get(member);
      if (other && reason?.startsWith('does not open')) other.lockedOutAt = performance.now();
      this.#judge();
    } else if (severity !== 'info') {
      this.add({ code, severity, text: hint, ...(person && { name: person.name }) });
    }
  }

  /** Takes a problem from elsewhere. */
  add(problem: ProblemFacts): void {
    this.#problems.push({ ...problem, at: performance.now() });
    this.#judge();
  }

  close(): void {
    clearInterval(this.#pulse);
    this.#stopFollowing();
  }

  async #beat(): Promise<void> {
    try {
      const stats = await this.#frameseal?.stats();
      const opened = stats?.tracks.flatMap(({ direction, member, track, passed }) =>
        direction === 'receive' && member !== undefined && track !== undefined
          ? { member, track, passed }
          : [],
      );
      this.#openings.update(opened ?? [], performance.now());
    } catch {
      // The worker has failed, which is a problem of its own.
    }
    this.#judge();
  }

  #judge(): void {
    const now = performance.now();
    this.#problems = this.#problems.filter(
      ({ at, code }) => now - at < PROBLEM_MS || code === 'worker-failed',
    );
    const isSealed = this.#frameseal !== undefined;
    const others = [...this.#others].flatMap(([id, other]) => this.#factsOf(id, other, now));
    const shield = shieldOf({ isSealed, others, problems: this.#problems });
    const before = this.#shield.peek();
    const names = Object.keys(shield) as (keyof Shield)[];
    if (names.some((name) => shield[name] !== before[name])) this.#shield.value = shield;
  }

  #factsOf(id: string, other: Watched, now: number): OtherFacts[] {
    const person = this.#people.get(id);
    if (!person) return [];
    const { pendingSince, lockedOutAt, isHeard } = other;
    const { name, keys, recorder, sending } = person;
    // Nothing comes from a recorder; what goes to one, it was allowed to have.
    if (recorder === 'missing') return [];
    const link = recorder ? 'connected' : person.link;
    return [
      {
        name,
        keys,
        // Until a person has said what it sends, nobody knows what should arrive.
        link: isHeard || recorder || link !== 'connected' ? link : 'connecting',
        pendingMs: pendingSince === undefined ? 0 : now - pendingSince,
        isLockedOut: now - lockedOutAt < LOCKED_OUT_MS,
        missing: this.#openings.missing(id, sending, now),
      },
    ];
  }
}

/** What is known of another member beside what is shown. */
interface Watched {
  /** Since when its keys have been missing. */
  pendingSince: number | undefined;
  /** When its key messages last did not open. */
  lockedOutAt: number;
  isHeard: boolean;
}

const BEAT_MS = 1000;

/** Long enough to be read, short enough to be of now; the package tells of each once a second. */
const PROBLEM_MS = 8000;

/** Rejected key messages come again more and more slowly. */
const LOCKED_OUT_MS = 60_000;
