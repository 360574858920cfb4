/** A camera whose pictures are numbered, and a microphone that hears a tone: to be found again in files. */

import { openCamera } from './media.ts';

/** Blocks of a row are this wide and high: large enough to survive any encoder. */
const BLOCK = 20;
const COLUMNS = 16;
const CHECK_BITS = 4;
/** The rest of the row are check bits. */
const CHECK = 13;
const [WIDTH, HEIGHT] = [COLUMNS * BLOCK, 180];
const FRAMES_PER_SECOND = 15;
/** In Hz. */
const TONE = 440;

/**
 * Returns the tracks that are asked for. Firefox makes no sound of its own in a page that nobody has touched:
 * there, the fake device has the tone.
 */
export async function openNumberedMedia(
  { audio, video }: MediaStreamConstraints,
  openDevice: (constraints: MediaStreamConstraints) => Promise<MediaStream>,
): Promise<MediaStream> {
  const tracks: MediaStreamTrack[] = [];
  if (audio) tracks.push(IN_FIREFOX ? await deviceOf(openDevice) : microphone());
  if (video) tracks.push(camera());
  return new MediaStream(tracks);
}

/** A tone is noise to what is there for speech. */
async function deviceOf(
  open: (constraints: MediaStreamConstraints) => Promise<MediaStream>,
): Promise<MediaStreamTrack> {
  const off = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  return (await open({ audio: off })).getTracks()[0]!;
}

const IN_FIREFOX = navigator.userAgent.includes('Firefox');

function camera(): MediaStreamTrack {
  return openCamera(draw, { width: WIDTH, height: HEIGHT, framesPerSecond: FRAMES_PER_SECOND }).track;
}

function microphone(): MediaStreamTrack {
  const audio = new AudioContext();
  const destination = audio.createMediaStreamDestination();
  const tone = audio.createOscillator();
  tone.frequency.value = TONE;
  tone.connect(destination);
  tone.start();
  return destination.stream.getTracks()[0]!;
}

/** As `lib/decoded.ts` reads it. */
function draw(context: CanvasRenderingContext2D, picture: number): void {
  // Something that moves, below the row of blocks, so that there is something to encode.
  context.fillStyle = '#444';
  context.fillRect(0, BLOCK, WIDTH, HEIGHT - BLOCK);
  context.fillStyle = `hsl(${picture * 7} 70% 50%)`;
  context.fillRect((picture * 5) % WIDTH, 40, 60, 100);
  const number = picture % 2 ** (COLUMNS - CHECK_BITS);
  const bits = number * 2 ** CHECK_BITS + (number % CHECK);
  for (let column = 0; column < COLUMNS; column++) {
    const isSet = Math.floor(bits / 2 ** (COLUMNS - 1 - column)) % 2 === 1;
    context.fillStyle = isSet ? '#fff' : '#000';
    context.fillRect(column * BLOCK, 0, BLOCK, BLOCK);
  }
}
