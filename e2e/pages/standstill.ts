/** For how long pictures stand still at Bob's, between two that are decoded. */

import { send } from './connection.ts';
import { makeMedia, pause } from './media.ts';
import { decodedPictures } from './rtp-stats.ts';
import { withManualKeys } from './sessions.ts';

export interface Watched {
  /** When a picture was decoded, in ms of the page's clock. */
  pictures: number[];
  /** Key frames that Bob's session asked for. */
  asked: number;
  /** Frames that it dropped. */
  dropped: number;
}

/**
 * Watches a call without retransmission.
 *
 * @param worker of Bob's session: a script of `workers/`; by default the package's own.
 */
export async function watch(codec: string, ms: number, worker?: string): Promise<Watched> {
  const [alice, bob] = await withManualKeys(
    'standstill',
    worker ? { worker: new URL(`../workers/${worker}`, location.href) } : {},
  );
  const [, camera] = makeMedia();
  const [, receiving] = await send([camera], [alice, bob], codec);

  const pictures: number[] = [];
  let decoded = 0;
  for (const end = performance.now() + ms; performance.now() < end; await pause(10)) {
    const now = await decodedPictures(receiving);
    if (now > decoded) pictures.push(performance.now());
    decoded = now;
  }
  const { tracks } = await bob.stats();
  const { keyFramesAsked, dropped } = tracks.find(({ direction }) => direction === 'receive')!;
  return { pictures, asked: keyFramesAsked, dropped: dropped.authenticationFailed };
}
