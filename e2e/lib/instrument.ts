/** What is done to the application's page before its scripts run, to measure what it does. */

/** What came over all connections of a page that are not closed. */
export interface Received {
  /** Pictures decoded. */
  pictures: number;
  /** Every stream of sound, with the energy of what was played of it: silence has none. */
  sounds: { id: string; energy: number; packets: number; lost: number }[];
  /** Of the pictures that are sent, and of those that come: for example `video/VP8`. */
  codecs: string[];
}

/**
 * Runs in the page: keeps its connections, and has cameras make small pictures, because all members
 * of a call encode and decode on one machine.
 */
export function instrument(): void {
  /** Each connection, and what resolves when it is closed. */
  const connections = new Map<RTCPeerConnection, Promise<undefined>>();
  const trackIds: string[] = [];
  globalThis.RTCPeerConnection = new Proxy(RTCPeerConnection, {
    construct(target, args, newTarget): RTCPeerConnection {
      const pc: RTCPeerConnection = Reflect.construct(target, args, newTarget);
      const closed = new Promise<undefined>((resolve) => {
        pc.close = function () {
          Reflect.apply(target.prototype.close, pc, []);
          resolve(undefined);
        };
      });
      connections.set(pc, closed);
      return pc;
    },
  });

  // Neither is on pages without TLS, such as the empty one that a browser starts with.
  if ('mediaDevices' in navigator) {
    const { getUserMedia } = MediaDevices.prototype;
    MediaDevices.prototype.getUserMedia = async function (constraints): Promise<MediaStream> {
      const { video, ...rest } = constraints ?? {};
      const chosen = typeof video === 'object' ? video : {};
      const small = { ...chosen, width: 160, height: 120, frameRate: 8 };
      const stream = await Reflect.apply(getUserMedia, this, [
        video ? { ...rest, video: small } : rest,
      ]);
      trackIds.push(...stream.getTracks().map(({ id }: MediaStreamTrack) => id));
      return stream;
    };
    // Firefox without a window has no screen either, and no fake one.
    if (navigator.userAgent.includes('Firefox')) {
      MediaDevices.prototype.getDisplayMedia = async function (): Promise<MediaStream> {
        const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
        const context = canvas.getContext('2d')!;
        setInterval(() => {
          context.fillStyle = `hsl(${(performance.now() / 10) % 360} 80% 50%)`;
          context.fillRect(0, 0, 320, 240);
        }, 100);
        return canvas.captureStream();
      };
    }
  }

  // The page's policy lets nobody read such a URL but links that save it.
  const files = new Map<string, Blob>();
  const { createObjectURL } = URL;
  URL.createObjectURL = function (file): string {
    const url = Reflect.apply(createObjectURL, URL, [file]);
    if (file instanceof Blob) files.set(url, file);
    return url;
  };

  window.instruments = {
    async hashOf(url): Promise<string> {
      const hash = await crypto.subtle.digest('SHA-256', await files.get(url)!.arrayBuffer());
      return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    },
    breakConnections() {
      for (const pc of connections.keys()) pc.close();
    },
    trackIds() {
      return trackIds;
    },
    async received(): Promise<Received> {
      const all: Received = { pictures: 0, sounds: [], codecs: [] };
      for (const [index, [pc, closed]] of [...connections].entries()) {
        // Asked just before a connection closes, Firefox never answers.
        const report = await Promise.race([pc.getStats(), closed]);
        for (const stats of report?.values() ?? []) {
          if (stats.type === 'codec' && stats.mimeType.startsWith('video/')) {
            if (!all.codecs.includes(stats.mimeType)) all.codecs.push(stats.mimeType);
          }
          if (stats.type !== 'inbound-rtp') continue;
          if (stats.kind === 'video') all.pictures += stats.framesDecoded ?? 0;
          if (stats.kind === 'audio') {
            all.sounds.push({
              id: `${index} ${stats.ssrc}`,
              energy: stats.totalAudioEnergy ?? 0,
              packets: stats.packetsReceived ?? 0,
              lost: Math.max(0, stats.packetsLost ?? 0),
            });
          }
        }
      }
      return all;
    },
  };
}

export interface Instruments {
  /** Of the cameras and microphones that were opened. */
  trackIds(): string[];
  received(): Promise<Received>;
  /** SHA-256 of a file that the page has made a URL of. */
  hashOf(url: string): Promise<string>;
  /** Closes all connections behind the application's back. */
  breakConnections(): void;
}

declare global {
  interface Window {
    instruments: Instruments;
  }
}
