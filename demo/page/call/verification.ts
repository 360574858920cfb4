import type { Person } from './model.ts';

type Verifiable = Pick<Person, 'id' | 'name'> & { fingerprint?: Person['fingerprint'] | undefined };

/**
 * Whose safety number was compared: of a key under a name. With another of either it is forgotten,
 * for the server could give one person's key another's name.
 */
export class Verification {
  readonly #compared = new Map<string, Verifiable>();

  /** Without a fingerprint, nothing was compared. */
  set({ id, name, fingerprint }: Verifiable, isVerified: boolean): void {
    if (isVerified && fingerprint !== undefined) this.#compared.set(id, { id, name, fingerprint });
    else this.#compared.delete(id);
  }

  isVerified({ id, name, fingerprint }: Verifiable): boolean {
    const compared = this.#compared.get(id);
    return (
      fingerprint !== undefined && compared?.fingerprint === fingerprint && compared.name === name
    );
  }
}
