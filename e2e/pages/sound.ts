/** Alice's microphone at Bob's: how much of it is heard, and how late. */

import type { Frameseal } from 'frameseal';
import { connect, openConnection } from './connection.ts';
import { pause, playAll } from './media.ts';
import { received, type Received } from './rtp-stats.ts';
import { withKeyExchange, withManualKeys } from './sessions.ts';

export interface Press {
  around: Received;
  after: Received;
}

/** Alice presses a key of her telephone: what came of her sound in the time around, and after. */
export async function press(): Promise<Record<'plain' | 'sealed', Press>> {
  const pressed = async (sessions: Frameseal[]): Promise<Press> => {
    const [alice, receivers] = await call(sessions, { audio: true });
    await pause(SETTLING_MS);
    const around = received(receivers, AROUND_MS);
    alice.dtmf!.insertDTMF('1', 100, 100);
    return { around: await around, after: await received(receivers, MEASURE_MS) };
  };
  return bothWays(pressed, () => withManualKeys('sound'));
}

/** They meet, and see each other at once: what comes of her sound then, and later. */
export async function meet(keyDelayMs: number): Promise<Record<'plain' | 'sealed', Received[]>> {
  const met = async (sessions: Frameseal[]): Promise<Received[]> => {
    // Sound waits for the pictures that belong to it.
    const [, receivers] = await call(sessions, { audio: true, video: { width: 320, height: 240 } });
    const results: Received[] = [];
    for (const ms of [MEETING_MS, TALKING_MS]) {
      await pause(ms);
      results.push(await received(receivers, MEASURE_MS));
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

/** Alice calls Bob; returns what sends her sound, and what receives it. */
async function call(
  [alice, bob]: Frameseal[],
  constraints: MediaStreamConstraints,
): Promise<[RTCRtpSender, RTCRtpReceiver[]]> {
  const stream = await navigator.mediaDevices.getUserMedia(constraints);
  const [here, there] = [openConnection(alice), openConnection(bob)];
  playAll(there);
  for (const track of stream.getTracks()) here.addTrack(track, stream);
  await connect(here, there);
  return [here.getSenders()[0]!, there.getReceivers()];
}

/** Jitter buffers begin with more than they need. */
const SETTLING_MS = 3000;
const AROUND_MS = 3000;
/** Keys are there by then; and ten seconds have gone. */
const [MEETING_MS, TALKING_MS] = [3000, 6000];
const MEASURE_MS = 1000;
