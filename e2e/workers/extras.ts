import type { Extra } from './messages.ts';

/** Whether this worker's URL asks for an extra: one that makes a difference even while nothing happens. */
export function isWanted(extra: Extra): boolean {
  return new URLSearchParams(self.location.search).has(extra);
}
