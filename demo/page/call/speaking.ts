/** Who is heard, by what the browser knows of loudness anyway. */

/** Calls `heard` with the audio tracks that were loud in the last moments, whenever they change. */
export class SpeakingWatch {
  readonly #connections: () => readonly RTCPeerConnection[];
  readonly #timer: ReturnType<typeof setInterval>;
  /** One's own track, too. */
  readonly #loudAt = new Map<MediaStreamTrack, number>();
  #speaking: ReadonlySet<MediaStreamTrack> = new Set();

  constructor(
    connections: () => readonly RTCPeerConnection[],
    heard: (tracks: ReadonlySet<MediaStreamTrack>) => void,
  ) {
    this.#connections = connections;
    this.#timer = setInterval(async () => {
      await this.#listen();
      const now = performance.now();
      for (const [track, at] of this.#loudAt) {
        if (now - at > LINGER_MS) this.#loudAt.delete(track);
      }
      const before = this.#speaking;
      const speaking = new Set(this.#loudAt.keys());
      this.#speaking = speaking;
      const isSame = speaking.size === before.size && [...speaking].every((one) => before.has(one));
      if (!isSame) heard(speaking);
    }, LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #listen(): Promise<void> {
    const now = performance.now();
    const connections = this.#connections();
    for (const { track, level } of connections.flatMap(receivedLevels)) {
      if (level > LOUD) this.#loudAt.set(track, now);
    }
    // All connections send the same.
    const sender = connections
      .flatMap((pc) => pc.getSenders())
      .find(({ track }) => track?.kind === 'audio');
    if (sender?.track && (await sentLevel(sender)) > LOUD) this.#loudAt.set(sender.track, now);
  }
}

function receivedLevels(pc: RTCPeerConnection): { track: MediaStreamTrack; level: number }[] {
  return pc
    .getReceivers()
    .filter(({ track }) => track.kind === 'audio')
    .map((receiver) => {
      const [source] = receiver.getSynchronizationSources();
      return { track: receiver.track, level: source?.audioLevel ?? 0 };
    });
}

async function sentLevel(sender: RTCRtpSender): Promise<number> {
  let level = 0;
  try {
    const report = await sender.getStats();
    report.forEach((stats: { type: string; audioLevel?: number }) => {
      if (stats.type === 'media-source') level = stats.audioLevel ?? 0;
    });
  } catch {
    // Closed meanwhile.
  }
  return level;
}

/** Of 1: above a quiet room's noise. */
const LOUD = 0.02;
const LOOK_MS = 200;
/** Longer than the gaps between words. */
const LINGER_MS = 600;
