/** A camera whose pictures tell when they were taken. */

import { openCamera } from './media.ts';

/** Blocks of a row are this wide and high: large enough to survive any encoder. */
const BLOCK = 20;
const [COLUMNS, HEIGHT] = [32, 360];
const WIDTH = COLUMNS * BLOCK;
/** The time, in tenths of a millisecond: 28 minutes. */
const TIME_BITS = 24;
const TENTHS = 10;
/** The rest of the row are check bits. */
const CHECK = 251;

export const SIZE = { width: WIDTH, height: HEIGHT };
export const FRAMES_PER_SECOND = 30;

export class StampedCamera {
  /** Told of every picture right after it was drawn. */
  onpicture: ((canvas: HTMLCanvasElement) => void) | undefined;
  readonly #camera = openCamera((context, picture) => {
    draw(context, picture);
    this.onpicture?.(context.canvas);
  }, { ...SIZE, framesPerSecond: FRAMES_PER_SECOND });

  get track(): MediaStreamTrack {
    return this.#camera.track;
  }

  stop(): void {
    this.#camera.stop();
  }
}

function draw(context: CanvasRenderingContext2D, picture: number): void {
  // Something that moves, below the row of blocks, so that there is something to encode.
  context.fillStyle = '#444';
  context.fillRect(0, BLOCK, WIDTH, HEIGHT - BLOCK);
  for (let bar = 0; bar < 12; bar++) {
    context.fillStyle = `hsl(${bar * 30 + picture} 70% 50%)`;
    context.fillRect((bar * 60 + picture * 3) % WIDTH, 40 + bar * 24, 80, 20);
  }
  const tenths = Math.round(performance.now() * TENTHS) % 2 ** TIME_BITS;
  const bits = tenths * 2 ** (COLUMNS - TIME_BITS) + (tenths % CHECK);
  for (let column = 0; column < COLUMNS; column++) {
    const isSet = Math.floor(bits / 2 ** (COLUMNS - 1 - column)) % 2 === 1;
    context.fillStyle = isSet ? '#fff' : '#000';
    context.fillRect(column * BLOCK, 0, BLOCK, BLOCK);
  }
}

/** Returns the age of a picture of such a camera in milliseconds; `undefined` if it can't be read. */
export function ageOf(picture: CanvasImageSource, now: number): number | undefined {
  row.drawImage(picture, 0, 0, WIDTH, HEIGHT);
  const pixels = row.getImageData(0, 0, WIDTH, BLOCK).data;
  let bits = 0;
  for (let column = 0; column < COLUMNS; column++) {
    const centre = (BLOCK / 2) * WIDTH + column * BLOCK + BLOCK / 2;
    bits = bits * 2 + (pixels[centre * 4 + 1]! > 127 ? 1 : 0);
  }
  const tenths = Math.floor(bits / 2 ** (COLUMNS - TIME_BITS));
  if (bits % 2 ** (COLUMNS - TIME_BITS) !== tenths % CHECK) return undefined;
  const age = (now - tenths / TENTHS) % (2 ** TIME_BITS / TENTHS);
  return age < 0 ? age + 2 ** TIME_BITS / TENTHS : age;
}

const row = new OffscreenCanvas(WIDTH, HEIGHT).getContext('2d', { willReadFrequently: true })!;
