/** What FFmpeg shows and plays of a file: pictures of `pages/numbered-media.ts`, and its tone. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** As they were drawn. */
const [WIDTH, HEIGHT, BLOCK, COLUMNS, CHECK_BITS, CHECK] = [320, 180, 20, 16, 4, 13];
const TONE = 440;
const RATE = 48_000;
/** Black and white come out of an encoder as shades. */
const GREY = 127;

/** Returns the number of each picture in the order in which they are shown; `NaN` for one that cannot be read. */
export async function pictureNumbers(file: string): Promise<number[]> {
  const args = ['-vf', `scale=${WIDTH}:${HEIGHT}`, '-fps_mode', 'passthrough'];
  const pixels = await decode(file, [...args, '-f', 'rawvideo', '-pix_fmt', 'gray']);
  const size = WIDTH * HEIGHT;
  return Array.from({ length: Math.floor(pixels.length / size) }, (_, picture) =>
    numberOf(pixels.subarray(picture * size, (picture + 1) * size)),
  );
}

function numberOf(picture: Buffer): number {
  let bits = 0;
  for (let column = 0; column < COLUMNS; column++) {
    const centre = (BLOCK / 2) * WIDTH + column * BLOCK + BLOCK / 2;
    bits = bits * 2 + (picture[centre]! > GREY ? 1 : 0);
  }
  const number = Math.floor(bits / 2 ** CHECK_BITS);
  return bits % 2 ** CHECK_BITS === number % CHECK ? number : NaN;
}

export interface Sound {
  /** Length in seconds. */
  seconds: number;
  /** How much of its energy is the tone, 0 to 1. */
  tone: number;
}

/** Plays a file of sound. */
export async function soundOf(file: string): Promise<Sound> {
  const bytes = await decode(file, ['-f', 's16le', '-ac', '1', '-ar', String(RATE)]);
  const samples = new Int16Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 2));
  return { seconds: samples.length / RATE, tone: shareOf(samples, TONE) };
}

/** The share of one frequency, by Goertzel's algorithm over pieces of a tenth of a second. */
function shareOf(samples: Int16Array, frequency: number): number {
  const length = RATE / 10;
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / RATE);
  let [tone, all] = [0, 0];
  for (let start = 0; start + length <= samples.length; start += length) {
    let [before, last] = [0, 0];
    for (const sample of samples.subarray(start, start + length)) {
      [before, last] = [last, sample + coefficient * last - before];
      all += sample * sample;
    }
    tone += ((last * last + before * before - coefficient * last * before) * 2) / length;
  }
  return all === 0 ? 0 : tone / all;
}

async function decode(file: string, output: string[]): Promise<Buffer> {
  const args = ['-nostdin', '-v', 'error', '-i', file, ...output, 'pipe:1'];
  const { stdout } = await run('ffmpeg', args, { encoding: 'buffer', maxBuffer: 1 << 30 });
  return stdout;
}
