/**
 * What the Content Security Policy of a page, or of a worker, forbids while something is tried.
 *
 * What a policy stops fails like what is not there; only this event tells.
 */
export class PolicyWatch {
  readonly #listening = new AbortController();
  readonly #forbidden = new Set<string>();

  constructor(target: EventTarget) {
    const { signal } = this.#listening;
    const note = (event: Event): void => this.#note(event as SecurityPolicyViolationEvent);
    target.addEventListener('securitypolicyviolation', note, { signal });
  }

  stop(): void {
    this.#listening.abort();
  }

  /** Explains a failure: by what the policy forbade, or else by the error. */
  async explain(error: unknown): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
    const forbidden = [...this.#forbidden].join(' and ');
    if (forbidden) return `the Content Security Policy forbids it: ${forbidden}`;
    return error instanceof Error ? error.message : String(error);
  }

  #note({ blockedURI, disposition, effectiveDirective }: SecurityPolicyViolationEvent): void {
    const source = blockedURI === 'wasm-eval' ? "'wasm-unsafe-eval'" : blockedURI;
    if (disposition === 'enforce') this.#forbidden.add(`${effectiveDirective} (${source})`);
  }
}

/** Browsers tell it in a task of its own, which may come after the failure. */
const SETTLED_MS = 50;
