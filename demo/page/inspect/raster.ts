import { PARTS, type Part, type SealedFrame } from './sealed-frame.ts';

/**
 * Draws sealed frames, a byte a pixel, each after the one before it, over and over.
 */
export class Raster {
  readonly #context: CanvasRenderingContext2D;
  readonly #image = new ImageData(COLUMNS, ROWS);
  readonly #still: boolean;
  #cursor = 0;
  #drawn = -Infinity;

  /** @param still draws one frame at a time, and a new one once a second. */
  constructor(canvas: HTMLCanvasElement, still: boolean) {
    Object.assign(canvas, { width: COLUMNS, height: ROWS });
    this.#context = canvas.getContext('2d', { alpha: false })!;
    this.#still = still;
    this.#clear();
  }

  draw({ frame, parts }: SealedFrame): void {
    if (this.#still) {
      if (performance.now() - this.#drawn < STILL_MS) return;
      this.#clear();
    }
    this.#drawn = performance.now();

    const pixels = this.#image.data;
    frame.data.forEach((byte, index) => {
      const [red, green, blue] = index === frame.flipped ? FLIPPED : COLOURS[parts[index]!]!;
      const light = LEAST_LIGHT + ((1 - LEAST_LIGHT) * byte) / 255;
      pixels.set([red * light, green * light, blue * light, 255], this.#cursor * 4);
      this.#cursor = (this.#cursor + 1) % (COLUMNS * ROWS);
    });
    this.#context.putImageData(this.#image, 0, 0);
  }

  #clear(): void {
    new Uint32Array(this.#image.data.buffer).fill(OPAQUE_BLACK);
    this.#cursor = 0;
  }
}

/** Red, green, blue and alpha, lowest byte first. */
const OPAQUE_BLACK = 0xff00_0000;

const COLUMNS = 128;
const ROWS = 72;
const STILL_MS = 1000;

type Colour = readonly [red: number, green: number, blue: number];

/** The hues of the style sheet, bright on dark snow. */
const COLOUR_OF: Record<Part, Colour> = {
  envelope: [255, 190, 80],
  config: [70, 240, 255],
  'key-id': [70, 240, 255],
  counter: [70, 240, 255],
  ciphertext: [120, 130, 144],
  tag: [204, 140, 255],
};
const COLOURS = PARTS.map((part) => COLOUR_OF[part]);
const FLIPPED: Colour = [255, 40, 40];

/** Of a byte 0; a byte 255 has all of its colour. */
const LEAST_LIGHT = 0.3;
