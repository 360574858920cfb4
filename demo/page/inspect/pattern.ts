/** A picture in motion, for where there is no camera: with a clock, so that a stop is seen. */
export class Pattern {
  readonly track: MediaStreamTrack;

  readonly #context: CanvasRenderingContext2D;
  readonly #pace: number;
  #frame = 0;

  /** @param calm moves slowly. */
  constructor(calm: boolean) {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: WIDTH, height: HEIGHT });
    this.#context = canvas.getContext('2d', { alpha: false })!;
    this.#pace = calm ? 0.2 : 1;
    this.#draw();
    this.track = canvas.captureStream(FRAMES_PER_SECOND).getVideoTracks()[0]!;
    // Not an animation frame: those stop when nobody looks, and the call would seem to break.
    setInterval(() => this.#draw(), 1000 / FRAMES_PER_SECOND);
  }

  #draw(): void {
    const seconds = (performance.now() / 1000) * this.#pace;
    this.#frame += 1;
    this.#drawSky(seconds);
    for (let ribbon = 0; ribbon < RIBBONS; ribbon++) this.#drawRibbon(ribbon, seconds);
    this.#drawClock(new Date());
  }

  #drawSky(seconds: number): void {
    const sky = this.#context.createLinearGradient(0, 0, 0, HEIGHT);
    const hue = 222 + 14 * Math.sin(seconds / 7);
    sky.addColorStop(0, `hsl(${hue} 60% 9%)`);
    sky.addColorStop(1, `hsl(${hue - 30} 55% 20%)`);
    this.#context.fillStyle = sky;
    this.#context.fillRect(0, 0, WIDTH, HEIGHT);
  }

  /** One band of light, a sum of two waves, thicker where it rises. */
  #drawRibbon(ribbon: number, seconds: number): void {
    const context = this.#context;
    const place = ribbon / (RIBBONS - 1);
    const wave = (x: number, thickness: number): number => {
      const slow = Math.sin(x * 0.006 + seconds * (0.5 + place * 0.4) + ribbon * 1.3);
      const quick = Math.sin(x * 0.014 - seconds * (0.9 - place * 0.3) + ribbon);
      const swell = 1 + 0.7 * Math.sin(x * 0.009 + seconds * 0.8 + ribbon * 2);
      return HEIGHT * (0.56 + place * 0.2) + 42 * slow + 18 * quick + thickness * swell;
    };
    context.beginPath();
    for (let x = 0; x <= WIDTH; x += STEP) context.lineTo(x, wave(x, -22));
    for (let x = WIDTH; x >= 0; x -= STEP) context.lineTo(x, wave(x, 22));
    context.closePath();
    const light = context.createLinearGradient(0, 0, WIDTH, 0);
    const hue = 165 + place * 130 + 12 * Math.sin(seconds / 3 + ribbon);
    light.addColorStop(0, `hsl(${hue} 85% 60% / 0.1)`);
    light.addColorStop(0.5 + 0.3 * Math.sin(seconds / 4 + ribbon), `hsl(${hue} 90% 66% / 0.6)`);
    light.addColorStop(1, `hsl(${hue + 40} 85% 60% / 0.15)`);
    context.globalCompositeOperation = 'lighter';
    context.fillStyle = light;
    context.fill();
    context.globalCompositeOperation = 'source-over';
  }

  #drawClock(now: Date): void {
    const context = this.#context;
    const [x, y, radius] = [92, 88, 44];
    const turn = (now.getSeconds() + now.getMilliseconds() / 1000) / 60;
    context.lineWidth = 5;
    context.lineCap = 'round';
    context.strokeStyle = 'rgb(255 255 255 / 0.22)';
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.stroke();
    context.strokeStyle = 'white';
    context.beginPath();
    context.arc(x, y, radius, -Math.PI / 2, (turn * 2 - 0.5) * Math.PI);
    context.stroke();

    context.fillStyle = 'white';
    context.font = '600 58px ui-sans-serif, system-ui, sans-serif';
    context.fillText(now.toTimeString().slice(0, 8), 164, 98);
    context.font = '500 24px ui-sans-serif, system-ui, sans-serif';
    context.fillStyle = 'rgb(255 255 255 / 0.8)';
    context.fillText(`frame ${this.#frame.toLocaleString('en')}`, 166, 134);
  }
}

const WIDTH = 640;
const HEIGHT = 360;
const FRAMES_PER_SECOND = 30;
const RIBBONS = 5;
/** Pixels between the points of a wave. */
const STEP = 16;
