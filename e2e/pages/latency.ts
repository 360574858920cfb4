/**
 * Both ends of a call in one page, so that they have one clock: how old is a picture when it is shown?
 *
 * Alice's camera writes the time into its pictures. Bob shows them, and sends what he sees back.
 */

import type { Frameseal } from 'frameseal';
import { connectByJanus } from './latency-janus.ts';
import { connectDirectly } from './latency-mesh.ts';
import { connectByRelay } from './latency-relay.ts';
import { withManualKeys } from './sessions.ts';
import { ageOf, StampedCamera } from './stamped-camera.ts';

/** Where the pictures go through. */
export type Path = 'mesh' | 'janus' | 'relay';

export interface Plan {
  path: Path;
  isSealed: boolean;
  /** Of the Janus or of the relay: a WebSocket. */
  url?: string;
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

/** A way for pictures to Bob and back. */
export interface Wire {
  close(): void;
}

/** What a way is made of. */
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
  const ends: Ends = {
    camera,
    alice,
    bob,
    showToBob: note(ages.atBob),
    showToAlice: note(ages.backAtAlice),
  };
  const wire = await WIRES[path](ends, url);
  await pause(start + measureMs - performance.now());
  camera.stop();
  await pause(LANDING_MS);
  wire.close();
  alice?.close();
  bob?.close();
  return ages;
}

const WIRES: Record<Path, (ends: Ends, url: string) => Promise<Wire>> = {
  mesh: connectDirectly,
  janus: connectByJanus,
  relay: connectByRelay,
};

function pause(ms: number): Promise<void> {
  return new Promise((over) => setTimeout(over, ms));
}

/** All that is under way arrives in this time. */
const LANDING_MS = 1000;
