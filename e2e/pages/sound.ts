/** Alice's microphone at Bob's: how much of it is heard, and how late. */

import type { Frameseal } from 'frameseal';
import { openConnection } from './latency-mesh.ts';
import { connect } from './loopback.ts';
import { count, pause, playAll, type Received } from './received.ts';
import { withKeyExchange, withManualKeys } from './sessions.ts';

/** Alice presses a key of her telephone: what came of her sound in the time around, and after. */
export async function press(isSealed: boolean): Promise<{ around: Received; after: Received }> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const line = await Line.open(stream, isSealed ? await withManualKeys('sound') : []);
  await pause(SETTLING_MS);
  const around = count(line.receivers, AROUND_MS);
  line.press('1');
  const result = { around: await around, after: await count(line.receivers, MEASURE_MS) };
  line.close();
  return result;
}

/** Alice and Bob meet, and see each other at once: what comes of her sound then, and later. */
export async function meet({ isSealed, delayMs }: { isSealed: boolean; delayMs: number }): Promise<Received[]> {
  // Sound waits for the pictures that belong to it.
  const video = { width: 320, height: 240 };
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video });
  const line = await Line.open(stream, isSealed ? await withKeyExchange('sound', delayMs) : []);
  const results: Received[] = [];
  for (const ms of [MEETING_MS, TALKING_MS]) {
    await pause(ms);
    results.push(await count(line.receivers, MEASURE_MS));
  }
  line.close();
  return results;
}

/** The way from Alice to Bob. */
class Line {
  readonly #sessions: Frameseal[];
  readonly #alice: RTCPeerConnection;
  readonly #bob: RTCPeerConnection;

  private constructor(sessions: Frameseal[], alice: RTCPeerConnection, bob: RTCPeerConnection) {
    this.#sessions = sessions;
    this.#alice = alice;
    this.#bob = bob;
  }

  static async open(stream: MediaStream, sessions: Frameseal[]): Promise<Line> {
    const [alice, bob] = [openConnection(sessions[0]), openConnection(sessions[1])];
    playAll(bob);
    for (const track of stream.getTracks()) alice.addTrack(track, stream);
    await connect(alice, bob);
    return new Line(sessions, alice, bob);
  }

  get receivers(): RTCRtpReceiver[] {
    return this.#bob.getReceivers();
  }

  press(digit: string): void {
    this.#alice.getSenders()[0]!.dtmf!.insertDTMF(digit, 100, 100);
  }

  close(): void {
    for (const { track } of this.#alice.getSenders()) track?.stop();
    for (const end of [this.#alice, this.#bob, ...this.#sessions]) end.close();
  }
}

/** Jitter buffers begin with more than they need. */
const SETTLING_MS = 3000;
const AROUND_MS = 3000;
/** Keys are there by then; and ten seconds have gone. */
const [MEETING_MS, TALKING_MS] = [3000, 6000];
const MEASURE_MS = 1000;
