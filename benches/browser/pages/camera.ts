/** A camera whose pictures move, drawn with little work. */

const [WIDTH, HEIGHT] = [320, 180];
const FRAMES_PER_SECOND = 15;

/**
 * Shows bars that move and change colour.
 *
 * No noise: it does not fit into the bitrate of a call, and then Chromium leaves out pictures.
 */
export function camera(): MediaStreamTrack {
  const canvas = Object.assign(document.createElement('canvas'), { width: WIDTH, height: HEIGHT });
  const context = canvas.getContext('2d', { alpha: false })!;
  let pictures = 0;
  setInterval(() => {
    pictures++;
    for (let bar = 0; bar < 9; bar++) {
      context.fillStyle = `hsl(${bar * 50 + pictures} 70% 50%)`;
      context.fillRect((bar * 60 + pictures * 3) % WIDTH, bar * 20, 80, 20);
    }
  }, 1000 / FRAMES_PER_SECOND);
  return canvas.captureStream().getTracks()[0]!;
}
