/** Who is heard, by what the browser knows of loudness anyway. */

/** Calls `heard` with the tracks that have been loud in the last moments, whenever they change. */
export class SpeakingWatch {
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #loudAt = new Map<string, number>();
  #speaking = '';

  constructor(
    connections: () => readonly RTCPeerConnection[],
    heard: (trackIds: ReadonlySet<string>) => void,
  ) {
    this.#timer = setInterval(() => {
      const now = performance.now();
      for (const receiver of connections().flatMap((pc) => pc.getReceivers())) {
        if (receiver.track.kind !== 'audio') continue;
        const [source] = receiver.getSynchronizationSources();
        if ((source?.audioLevel ?? 0) > LOUD) this.#loudAt.set(receiver.track.id, now);
      }
      for (const [id, at] of this.#loudAt) if (now - at > LINGER_MS) this.#loudAt.delete(id);
      const speaking = [...this.#loudAt.keys()].sort().join(' ');
      if (speaking !== this.#speaking) heard(new Set(this.#loudAt.keys()));
      this.#speaking = speaking;
    }, LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** Of 1: above a quiet room's noise. */
const LOUD = 0.02;
const LOOK_MS = 200;
/** Longer than the gaps between words. */
const LINGER_MS = 600;
