/** Alice's microphone at Bob's: how much of it is heard, and how late. */

import type { Frameseal } from 'frameseal';
import { send } from './connection.ts';
import { pause } from './media.ts';
import { received, type Received } from './rtp-stats.ts';
import { withKeyExchange, withManualKeys } from './sessions.ts';

export interface Press {
  around: Received;
  after: Received;
}

/** Alice presses a key of her telephone: what came of her sound in the time around, and after. */
export async function press(): Promise<Record<'plain' | 'sealed', Press>> {
  const pressed = async (sessions: Frameseal[]): Promise<Press> => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const [alice, bob] = await send(stream.getTracks(), sessions);
    await pause(SETTLING_MS);
    const around = received(bob.getReceivers(), AROUND_MS);
    alice.getSenders()[0]!.dtmf!.insertDTMF('1', 100, 100);
    return { around: await around, after: await received(bob.getReceivers(), MEASURE_MS) };
  };
  return bothWays(pressed, () => withManualKeys('sound'));
}

/** They meet, and see each other at once: what comes of her sound then, and later. */
export async function meet(keyDelayMs: number): Promise<Record<'plain' | 'sealed', Received[]>> {
  const met = async (sessions: Frameseal[]): Promise<Received[]> => {
    // Sound waits for the pictures that belong to it.
    const video = { width: 320, height: 240 };
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video });
    const [, bob] = await send(stream.getTracks(), sessions);
    const results: Received[] = [];
    for (const ms of [MEETING_MS, TALKING_MS]) {
      await pause(ms);
      results.push(await received(bob.getReceivers(), MEASURE_MS));
    }
    return results;
  };
  return bothWays(met, () => withKeyExchange('sound', keyDelayMs));
}

/** At the same time, so that the machine is as busy for the one as for the other. */
async function bothWays<Result>(
  measure: (sessions: Frameseal[]) => Promise<Result>,
  open: () => Promise<Frameseal[]>,
): Promise<Record<'plain' | 'sealed', Result>> {
  const [plain, sealed] = await Promise.all([measure([]), open().then(measure)]);
  return { plain, sealed };
}

/** Jitter buffers begin with more than they need. */
const SETTLING_MS = 3000;
const AROUND_MS = 3000;
/** Keys are there by then; and ten seconds have gone. */
const [MEETING_MS, TALKING_MS] = [3000, 6000];
const MEASURE_MS = 1000;
