/** The Janus of this system's packages. */

import { Janus } from '../../e2e/lib/janus.ts';

export function start(): Promise<Janus> {
  return Janus.start();
}
