/** Opens pages, which are modules of `pages/`. */

import type { AnyPage, Arguments, Result, Task } from './remote-page.ts';

/** The modules. */
export interface Pages {
  blackout: typeof import('../pages/blackout.ts');
  cipher: typeof import('../pages/cipher.ts');
  copies: typeof import('../pages/copies.ts');
  crowd: typeof import('../pages/crowd.ts');
  eavesdropper: typeof import('../pages/eavesdropper.ts');
  glare: typeof import('../pages/glare.ts');
  layers: typeof import('../pages/layers.ts');
  latency: typeof import('../pages/latency.ts');
  made: typeof import('../pages/made.ts');
  member: typeof import('../pages/member.ts');
  misuse: typeof import('../pages/misuse.ts');
  parameters: typeof import('../pages/parameters.ts');
  recorder: typeof import('../pages/recorder.ts');
  sound: typeof import('../pages/sound.ts');
  standstill: typeof import('../pages/standstill.ts');
  traps: typeof import('../pages/traps.ts');
  trial: typeof import('../pages/trial.ts');
}

/** Whatever opens pages. */
export abstract class Opener {
  /** Opens one of `pages/`. */
  abstract open<Name extends keyof Pages>(name: Name): Promise<AnyPage<Pages[Name]>>;

  /** Opens a page, has it do one thing, and closes it, with all that it has opened. */
  async run<Name extends keyof Pages, Of extends Task<Pages[Name]>>(
    name: Name,
    task: Of,
    ...args: Arguments<Pages[Name][Of]>
  ): Promise<Result<Pages[Name][Of]>> {
    const page = await this.open(name);
    try {
      return await page.run(task, ...args);
    } finally {
      await page.close();
    }
  }
}
