/**
 * Both ends of a call in one page, so that they have one clock: how old is a picture when it is shown?
 *
 * Alice's camera writes the time into its pictures. Bob shows them, and sends what he sees back.
 */

import type { Frameseal } from 'frameseal';
import { connectByRelay } from './latency-relay.ts';
import { connectByJanus, connectDirectly } from './latency-webrtc.ts';
import { pause } from './media.ts';
import { withManualKeys } from './sessions.ts';
import { ageOf, StampedCamera } from './stamped-camera.ts';

/** What the pictures go through. */
export type Path = 'mesh' | 'janus' | 'relay';

export interface Plan {
  path: Path;
  isSealed: boolean;
  /** Of the Janus or of the relay: a WebSocket. */
  url?: string | undefined;
  /** Pictures before are not counted: encoders begin slowly. */
  warmUpMs: number;
  measureMs: number;
}

/** Ages of the pictures when they were shown, in milliseconds. */
export interface Ages {
  atBob: number[];
  /** After the way back. */
  backAtAlice: number[];
}

/** Told of every picture in the animation frame that shows it. */
export type Show = (picture: CanvasImageSource) => void;

/** What a path is to connect. */
export interface Ends {
  camera: StampedCamera;
  /** Neither is there if nothing is sealed. */
  alice: Frameseal | undefined;
  bob: Frameseal | undefined;
  showToBob: Show;
  showToAlice: Show;
}

export async function measure({ path, isSealed, url = '', warmUpMs, measureMs }: Plan): Promise<Ages> {
  const ages: Ages = { atBob: [], backAtAlice: [] };
  const start = performance.now() + warmUpMs;
  const note = (list: number[]): Show => {
    return (picture) => {
      const now = performance.now();
      const age = ageOf(picture, now);
      if (age !== undefined && now > start) list.push(age);
    };
  };
  const camera = new StampedCamera();
  const [alice, bob] = isSealed ? await withManualKeys('latency') : [];
  const [showToBob, showToAlice] = [note(ages.atBob), note(ages.backAtAlice)];
  await PATHS[path]({ camera, alice, bob, showToBob, showToAlice }, url);
  await pause(start + measureMs - performance.now());
  camera.stop();
  await pause(LANDING_MS);
  return ages;
}

const PATHS: Record<Path, (ends: Ends, url: string) => Promise<void>> = {
  mesh: connectDirectly,
  janus: connectByJanus,
  relay: connectByRelay,
};

/** All that is under way arrives in this time. */
const LANDING_MS = 1000;
