/** A camera whose pictures keep an encoder busy, drawn with little work. */

const [WIDTH, HEIGHT] = [320, 180];
const FRAMES_PER_SECOND = 15;
const NOISE_HEIGHT = 40;

/** Shows bars that move, above a band of noise: no encoder makes small frames of that. */
export function camera(): MediaStreamTrack {
  const canvas = Object.assign(document.createElement('canvas'), { width: WIDTH, height: HEIGHT });
  const context = canvas.getContext('2d', { alpha: false })!;
  const noise = new ImageData(WIDTH, NOISE_HEIGHT);
  let pictures = 0;
  setInterval(() => {
    pictures++;
    for (let bar = 0; bar < 7; bar++) {
      context.fillStyle = `hsl(${bar * 50 + pictures} 70% 50%)`;
      context.fillRect((bar * 60 + pictures * 3) % WIDTH, bar * 20, 80, 20);
    }
    crypto.getRandomValues(noise.data);
    context.putImageData(noise, 0, HEIGHT - NOISE_HEIGHT);
  }, 1000 / FRAMES_PER_SECOND);
  return canvas.captureStream().getTracks()[0]!;
}
