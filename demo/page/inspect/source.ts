import { Pattern } from './pattern.ts';
import { playTone } from './tone.ts';

/** What Alice sends: a picture and a sound made here, or her camera and microphone. */
export class Source {
  /** The picture, for showing. */
  readonly stream: MediaStream;

  readonly #pattern: MediaStreamTrack;
  #tone: MediaStreamTrack | undefined;
  #camera: MediaStreamTrack[] = [];

  /** @param calm with a pattern that moves slowly. */
  constructor(calm: boolean) {
    this.#pattern = new Pattern(calm).track;
    this.stream = new MediaStream([this.#pattern]);
  }

  get isCamera(): boolean {
    return this.#camera.length > 0;
  }

  get video(): MediaStreamTrack {
    return this.#camera.find(({ kind }) => kind === 'video') ?? this.#pattern;
  }

  /** `undefined` before the page may make sound. */
  get audio(): MediaStreamTrack | undefined {
    return this.#camera.find(({ kind }) => kind === 'audio') ?? this.#tone;
  }

  /** Calls `ready` when there is a sound to send: with somebody's first click or key. */
  whenAudible(ready: () => void): void {
    const start = (): void => {
      if (this.#tone) return;
      this.#tone = playTone();
      ready();
    };
    for (const event of ['click', 'keydown']) document.addEventListener(event, start, { once: true });
  }

  /**
   * Changes to the camera, with a microphone if there is one, or back.
   *
   * @throws DOMException when there is no camera, or it was refused.
   */
  async useCamera(use: boolean): Promise<void> {
    for (const track of this.#camera) track.stop();
    this.#camera = [];
    try {
      if (use) this.#camera = await openCamera();
    } finally {
      for (const track of this.stream.getTracks()) this.stream.removeTrack(track);
      this.stream.addTrack(this.video);
    }
  }
}

async function openCamera(): Promise<MediaStreamTrack[]> {
  const video = { width: 640, height: 360 };
  try {
    return (await navigator.mediaDevices.getUserMedia({ video, audio: true })).getTracks();
  } catch (error) {
    const noMicrophone = error instanceof DOMException && error.name === 'NotFoundError';
    if (!noMicrophone) throw error;
    return (await navigator.mediaDevices.getUserMedia({ video })).getTracks();
  }
}
