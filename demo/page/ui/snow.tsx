import { useEffect, useRef } from 'preact/hooks';
import type { Relayed } from '../call/call.ts';

/** Bytes as pixels: what has a pattern shows it, what is sealed is snow. The newest come last. */
export function Snow({ pieces }: { pieces: readonly Relayed[] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const newest = pieces.at(-1)?.at;
  useEffect(() => draw(canvas.current!, pieces), [newest, pieces.length]);
  return (
    <canvas
      ref={canvas}
      class="snow"
      width={COLUMNS}
      height={ROWS}
      role="img"
      aria-label="Bytes that the server passed on, one pixel a byte"
    />
  );
}

function draw(canvas: HTMLCanvasElement, pieces: readonly Relayed[]): void {
  const image = new ImageData(COLUMNS, ROWS);
  new Uint32Array(image.data.buffer).fill(OPAQUE_BLACK);
  const total = pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
  let pixel = Math.min(0, COLUMNS * ROWS - total); // what does not fit is the oldest
  for (const { what, bytes } of pieces) {
    const [red, green, blue] = COLOURS[what];
    for (const byte of bytes) {
      const light = LEAST_LIGHT + ((1 - LEAST_LIGHT) * byte) / 255;
      if (pixel >= 0) image.data.set([red * light, green * light, blue * light], pixel * 4);
      pixel++;
    }
  }
  canvas.getContext('2d', { alpha: false })!.putImageData(image, 0, 0);
}

/** Red, green, blue and alpha, lowest byte first. */
const OPAQUE_BLACK = 0xff00_0000;

const COLUMNS = 128;
const ROWS = 56;

/** As in `panel.css`. */
const COLOURS = { key: [70, 240, 255], sealed: [120, 130, 144], plain: [255, 92, 82] } as const;

/** Of a byte 0; a byte 255 has all of its colour. */
const LEAST_LIGHT = 0.3;
