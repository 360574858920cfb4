/**
 * Tries something that a Content Security Policy may forbid, of a page or of a worker; then it fails by
 * what the policy lacks. What a policy stops fails like what is not there: only this event tells.
 */
export async function underPolicy<T>(attempt: () => T | Promise<T>): Promise<T> {
  const forbidden = new Set<string>();
  const note = (event: Event): void => {
    const { blockedURI, disposition, effectiveDirective, sample } =
      event as SecurityPolicyViolationEvent;
    // Of Trusted Types, the sample has the name of the policy that was not to be made.
    const source = blockedURI === 'wasm-eval' ? "'wasm-unsafe-eval'" : sample || blockedURI;
    if (disposition === 'enforce') forbidden.add(`${effectiveDirective} (${source})`);
  };
  addEventListener(VIOLATION, note);
  try {
    return await attempt();
  } catch (error) {
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
    if (forbidden.size === 0) throw error;
    const { message } = error as Error;
    throw new Error(`${message}; the policy forbids: ${[...forbidden].join(' and ')}`);
  } finally {
    removeEventListener(VIOLATION, note);
  }
}

const VIOLATION = 'securitypolicyviolation';

/** Browsers tell it in a task of its own, which may come after the failure. */
const SETTLED_MS = 50;
