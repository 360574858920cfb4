/** Everybody in the room, as the page shows them. */

import { signal, type ReadonlySignal } from '@preact/signals-core';
import type { LinkState, Person, Sending } from './model.ts';
import type { Member } from './roster.ts';

/** What is known of a person. */
export interface Known {
  name: string;
  isSelf: boolean;
  keys: Person['keys'];
  link: LinkState;
  fingerprint: string | undefined;
  isVerified: boolean;
  recorder: Person['recorder'];
  sending: Sending;
  camera: MediaStream | undefined;
  screen: MediaStream | undefined;
  isSpeaking: boolean;
}

/** The list changes when somebody does, and a person is another object then, and only then. */
export class People {
  readonly #known = new Map<string, Known>();
  readonly #list = signal<readonly Person[]>([]);

  /** Oneself first, then in the order in which they came. */
  get list(): ReadonlySignal<readonly Person[]> {
    return this.#list;
  }

  get(id: string): Readonly<Known> | undefined {
    return this.#known.get(id);
  }

  nameOf(id: string): string {
    return this.#known.get(id)?.name ?? 'Somebody who has left';
  }

  add({ id, name }: Member, first: Pick<Known, 'isSelf' | 'keys' | 'link'>): void {
    const known: Known = {
      name,
      ...first,
      fingerprint: undefined,
      isVerified: false,
      recorder: undefined,
      sending: SILENT,
      camera: undefined,
      screen: undefined,
      isSpeaking: false,
    };
    this.#known.set(id, known);
    this.#list.value = [...this.#list.value, personOf(id, known)];
  }

  change(id: string, changes: Partial<Known>): void {
    const known = this.#known.get(id);
    if (!known) return;
    const names = Object.keys(changes) as (keyof Known)[];
    if (names.every((name) => known[name] === changes[name])) return;
    Object.assign(known, changes);
    this.#list.value = this.#list.value.map((person) =>
      person.id === id ? personOf(id, known) : person,
    );
  }

  remove(id: string): void {
    if (!this.#known.delete(id)) return;
    this.#list.value = this.#list.value.filter((person) => person.id !== id);
  }
}

/** Until a person says otherwise. */
export const SILENT: Sending = { microphone: false, camera: false, screen: false };

function personOf(id: string, known: Known): Person {
  const { fingerprint, recorder, camera, screen, ...rest } = known;
  return {
    id,
    ...rest,
    ...(fingerprint !== undefined && { fingerprint }),
    ...(recorder && { recorder }),
    ...(camera && { camera }),
    ...(screen && { screen }),
  };
}
