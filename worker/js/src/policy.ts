/**
 * What the Content Security Policy of a page, or of a worker, forbids while something is tried.
 *
 * What a policy stops fails like what is not there; only this event tells.
 */
export class PolicyWatch {
  readonly #listening = new AbortController();
  readonly #lacks = new Set<string>();

  constructor(target: EventTarget) {
    const { signal } = this.#listening;
    const note = (event: Event): void => this.#note(event as SecurityPolicyViolationEvent);
    target.addEventListener('securitypolicyviolation', note, { signal });
  }

  stop(): void {
    this.#listening.abort();
  }

  /** Explains a failure: by what the policy would have to allow, or else by the error. */
  async explain(error: unknown): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
    const lacks = [...this.#lacks].join(' and ');
    if (lacks) return `the Content Security Policy forbids it: allow ${lacks}`;
    return error instanceof Error ? error.message : String(error);
  }

  #note({ blockedURI, disposition, effectiveDirective }: SecurityPolicyViolationEvent): void {
    if (disposition === 'report') return;
    this.#lacks.add(
      effectiveDirective.includes('trusted-types')
        ? `frameseal in trusted-types (for ${effectiveDirective})`
        : `${sourceExpression(blockedURI)} in ${effectiveDirective}`,
    );
  }
}

/** Returns the source expression that allows what was blocked (CSP 3, section 2.3.1). */
function sourceExpression(blocked: string): string {
  if (blocked.startsWith('wasm')) return "'wasm-unsafe-eval'";
  if (blocked.startsWith('blob')) return 'blob:';
  return blocked.startsWith(location.origin) ? "'self'" : blocked;
}

/** Browsers tell it in a task of its own, which may come after the failure. */
const SETTLED_MS = 50;
