/** Whose safety number was compared: of a key, so it is forgotten when the key is another one. */
export class Verification {
  readonly #compared = new Map<string, string>();

  /** @param fingerprint the key that the numbers were compared for; without one, nothing was. */
  set(member: string, fingerprint: string | undefined, isVerified: boolean): void {
    if (isVerified && fingerprint !== undefined) this.#compared.set(member, fingerprint);
    else this.#compared.delete(member);
  }

  isVerified(member: string, fingerprint: string | undefined): boolean {
    return fingerprint !== undefined && this.#compared.get(member) === fingerprint;
  }
}
