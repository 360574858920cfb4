/** Who is heard, by what the browser knows of loudness anyway. */

/** Calls `heard` with the audio tracks that were loud in the last moments, whenever they change. */
export class SpeakingWatch {
  readonly #connections: () => readonly RTCPeerConnection[];
  readonly #timer: ReturnType<typeof setInterval>;
  /** By the track's ID; one's own track, too. */
  readonly #loudAt = new Map<string, number>();
  #speaking = '';

  constructor(
    connections: () => readonly RTCPeerConnection[],
    heard: (trackIds: ReadonlySet<string>) => void,
  ) {
    this.#connections = connections;
    this.#timer = setInterval(async () => {
      await this.#listen();
      const now = performance.now();
      for (const [id, at] of this.#loudAt) if (now - at > LINGER_MS) this.#loudAt.delete(id);
      const speaking = [...this.#loudAt.keys()].sort().join(' ');
      if (speaking !== this.#speaking) heard(new Set(this.#loudAt.keys()));
      this.#speaking = speaking;
    }, LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #listen(): Promise<void> {
    const now = performance.now();
    const connections = this.#connections();
    for (const { track, level } of connections.flatMap(receivedLevels)) {
      if (level > LOUD) this.#loudAt.set(track.id, now);
    }
    // All connections send the same.
    const sender = connections
      .flatMap((pc) => pc.getSenders())
      .find(({ track }) => track?.kind === 'audio');
    if (sender?.track && (await sentLevel(sender)) > LOUD) this.#loudAt.set(sender.track.id, now);
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
