/** This person's camera, microphone and screen. */

import { computed, effect, signal, type ReadonlySignal } from '@preact/signals-core';
import type { Devices, Sending } from './model.ts';

/** What a person sends, by the names that the package gives to tracks. */
export const TRACKS = ['microphone', 'camera', 'screen'] as const;
export type Track = (typeof TRACKS)[number];

/** The tracks to be sent now; those that are switched off are absent. */
export type LocalTracks = Readonly<Record<Track, MediaStreamTrack | undefined>>;

/**
 * Switching is done one thing after the other, because a browser takes its time to open a device.
 * What fails is told in `trouble`, and leaves the switch as it was.
 */
export class LocalMedia {
  readonly #devices = signal<Devices>({ cameras: [], microphones: [] });
  readonly #trouble = signal<string | undefined>(undefined);
  readonly #microphone = signal<MediaStreamTrack | undefined>(undefined);
  readonly #isHeard = signal(true);
  readonly #camera = signal<MediaStreamTrack | undefined>(undefined);
  readonly #screen = signal<MediaStreamTrack | undefined>(undefined);
  #last: Promise<void> = Promise.resolve();
  #isStopped = false;

  readonly devices: ReadonlySignal<Devices> = this.#devices;
  /** Cause and cure of what could not be had. */
  readonly trouble: ReadonlySignal<string | undefined> = this.#trouble;
  readonly tracks: ReadonlySignal<LocalTracks> = computed(() => ({
    microphone: this.#isHeard.value ? this.#microphone.value : undefined,
    camera: this.#camera.value,
    screen: this.#screen.value,
  }));
  readonly sending: ReadonlySignal<Sending> = computed(() => {
    const { microphone, camera, screen } = this.tracks.value;
    return { microphone: !!microphone, camera: !!camera, screen: !!screen };
  });
  /** This person's own picture, without sound. */
  readonly camera: ReadonlySignal<MediaStream | undefined> = pictureOf(this.#camera);
  readonly screen: ReadonlySignal<MediaStream | undefined> = pictureOf(this.#screen);

  constructor() {
    // Off means silent even where the browser still has the track.
    effect(() => {
      const track = this.#microphone.value;
      if (track) track.enabled = this.#isHeard.value;
    });
  }

  /** Opens camera and microphone, or that of the two which there is. Never rejects. */
  start(): Promise<void> {
    return this.#enqueue(async () => {
      if (!navigator.mediaDevices) {
        this.#trouble.value =
          'This page was not loaded securely, so the browser gives it no camera and no ' +
          'microphone. Open it with https://, or on this computer with http://localhost.';
        return;
      }
      navigator.mediaDevices.addEventListener('devicechange', this.#listDevices);
      try {
        // Together: one question to the person, not two.
        this.#keep(await navigator.mediaDevices.getUserMedia({ audio: SOUND, video: PICTURE }));
      } catch (error) {
        this.#trouble.value = explain('camera and microphone', error);
        await this.#open('microphone');
        await this.#open('camera');
      }
      await this.#listDevices();
    });
  }

  /** Resolves also when it could not be switched; `trouble` says why. */
  setMicrophone(on: boolean): Promise<void> {
    return this.#enqueue(async () => {
      if (on && !this.#microphone.value) await this.#open('microphone');
      this.#isHeard.value = on && !!this.#microphone.value;
    });
  }

  /** Off closes the camera, so that its light goes out. Resolves also when it failed. */
  setCamera(on: boolean): Promise<void> {
    return this.#enqueue(async () => {
      if (!on) close(this.#camera);
      else if (!this.#camera.value) await this.#open('camera');
    });
  }

  /** Sends what another device gives, also later; one that is switched off is switched on. */
  choose(kind: 'camera' | 'microphone', deviceId: string): Promise<void> {
    return this.#enqueue(async () => {
      this.#devices.value = { ...this.#devices.value, [kind]: deviceId };
      // Many browsers open one device of a kind at a time.
      close(kind === 'camera' ? this.#camera : this.#microphone);
      await this.#open(kind);
    });
  }

  /** Asks the person what to share. Resolves also when the answer is nothing. */
  shareScreen(): Promise<void> {
    // Not enqueued: browsers let a page ask only in the turn of a click.
    return this.#share();
  }

  stopScreen(): void {
    close(this.#screen);
  }

  /** Closes everything, for good. */
  stop(): void {
    this.#isStopped = true;
    navigator.mediaDevices?.removeEventListener('devicechange', this.#listDevices);
    for (const track of [this.#microphone, this.#camera, this.#screen]) close(track);
  }

  async #share(): Promise<void> {
    if (!navigator.mediaDevices?.getDisplayMedia) {
      this.#trouble.value =
        'This browser cannot share a screen. Browsers of phones cannot; use one of a computer.';
      return;
    }
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: 15 } });
      this.stopScreen();
      this.#keep(stream, 'screen');
    } catch (error) {
      // To say no is no trouble.
      if (!isRefusal(error)) this.#trouble.value = explain('screen', error);
    }
  }

  async #open(kind: 'camera' | 'microphone'): Promise<void> {
    const deviceId = this.#devices.value[kind];
    const which = deviceId === undefined ? {} : { deviceId: { exact: deviceId } };
    try {
      if (!navigator.mediaDevices) throw new DOMException('', 'NotFoundError');
      const stream = await navigator.mediaDevices.getUserMedia(
        kind === 'camera' ? { video: { ...PICTURE, ...which } } : { audio: { ...SOUND, ...which } },
      );
      this.#trouble.value = undefined;
      this.#keep(stream);
      await this.#listDevices();
    } catch (error) {
      this.#trouble.value = explain(kind, error);
    }
  }

  #keep(stream: MediaStream, video: 'camera' | 'screen' = 'camera'): void {
    for (const track of stream.getTracks()) {
      const kind = track.kind === 'audio' ? 'microphone' : video;
      if (this.#isStopped) {
        track.stop();
        continue;
      }
      const holder = this.#holder(kind);
      track.addEventListener('ended', () => {
        if (holder.peek() !== track) return;
        close(holder);
        if (kind !== 'screen') {
          this.#trouble.value = `The ${kind} is gone. Plug it in again, or choose another one.`;
        }
      });
      if (kind === 'screen') track.contentHint = 'detail';
      if (kind === 'microphone') this.#isHeard.value = true;
      holder.value = track;
    }
  }

  #holder(kind: Track) {
    if (kind === 'screen') return this.#screen;
    return kind === 'camera' ? this.#camera : this.#microphone;
  }

  #enqueue(act: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(async () => {
      if (!this.#isStopped) await act();
    });
    return this.#last;
  }

  readonly #listDevices = async (): Promise<void> => {
    try {
      const all = await navigator.mediaDevices.enumerateDevices();
      const camera = this.#camera.value?.getSettings().deviceId;
      const microphone = this.#microphone.value?.getSettings().deviceId;
      this.#devices.value = {
        ...this.#devices.value,
        // Before it is allowed, browsers name none.
        cameras: all.filter(({ kind, deviceId }) => kind === 'videoinput' && deviceId !== ''),
        microphones: all.filter(({ kind, deviceId }) => kind === 'audioinput' && deviceId !== ''),
        ...(camera !== undefined && { camera }),
        ...(microphone !== undefined && { microphone }),
      };
    } catch {
      // Then there is nothing to choose from.
    }
  };
}

type Holder = ReturnType<typeof signal<MediaStreamTrack | undefined>>;

function pictureOf(holder: Holder): ReadonlySignal<MediaStream | undefined> {
  return computed(() => holder.value && new MediaStream([holder.value]));
}

function close(holder: Holder): void {
  const track = holder.peek();
  holder.value = undefined;
  track?.stop();
}

function isRefusal(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotAllowedError';
}

function explain(what: string, error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  switch (name) {
    case 'NotAllowedError':
      return (
        `The browser was not allowed to use the ${what}. ` +
        'Allow it beside the address, then switch it on.'
      );
    case 'NotFoundError':
      return `No ${what} was found. Plug one in, then switch it on.`;
    case 'NotReadableError':
      return (
        `The ${what} cannot be used: another program may have it. ` +
        'Close that, then switch it on.'
      );
    case 'OverconstrainedError':
      return `The ${what} that was chosen is gone. Choose another one.`;
    default:
      return `The ${what} cannot be used (${name || String(error)}). Switch it on to try again.`;
  }
}

const SOUND: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true };

/** A mesh of eight sends it seven times, and draws it as one tile of eight. */
const PICTURE: MediaTrackConstraints = {
  width: { ideal: 640 },
  height: { ideal: 360 },
  frameRate: { ideal: 24, max: 30 },
};
