/** Drives a page whose worker is tapped. */

import type { Tap } from '../workers/tapped-frame.ts';
import { RemotePage, type Api } from './remote-page.ts';

/** What such a page has among its functions. */
type Tapped = { taps(since: number): Promise<Tap<string>[]> };

export class TappedPage<Functions extends Api & Tapped> extends RemotePage<Functions> {
  /**
   * The frames as the worker got and gave them.
   *
   * @param since milliseconds of the system's clock, so as not to read all there ever was.
   */
  async taps(since = 0): Promise<Tap<Buffer>[]> {
    const page = this as unknown as RemotePage<Tapped>;
    return (await page.run('taps', since)).map(fromText);
  }
}

function fromText({ before, after, ...tap }: Tap<string>): Tap<Buffer> {
  const decode = (frames: Tap<string>['before']): Tap<Buffer>['before'] =>
    frames.map((frame) => ({ ...frame, data: Buffer.from(frame.data, 'base64') }));
  return { ...tap, before: decode(before), after: decode(after) };
}
