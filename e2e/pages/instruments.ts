/**
 * What is done to the application's page before its scripts run, to measure what it does.
 *
 * It keeps the page's connections, and has cameras make small pictures, because all members of a call
 * encode and decode on one machine.
 */

import { openCamera } from './media.ts';
import { openNumberedMedia } from './numbered-media.ts';
import { streams, total } from './rtp-stats.ts';

/** What came over all connections of a page that are not closed. */
export interface Received {
  /** Pictures decoded. */
  pictures: number;
  /** Every stream of sound, with the energy of what was played of it: silence has none. */
  sounds: { id: string; energy: number; packets: number; lost: number }[];
  /** Of the pictures that are sent, and of those that come: for example `video/VP8`. */
  codecs: string[];
}

/** Each connection, and what resolves when it is closed. */
const connections = new Map<RTCPeerConnection, Promise<[]>>();
globalThis.RTCPeerConnection = new Proxy(RTCPeerConnection, {
  construct(target, args, newTarget): RTCPeerConnection {
    const pc: RTCPeerConnection = Reflect.construct(target, args, newTarget);
    const closed = new Promise<[]>((resolve) => {
      pc.close = function () {
        Reflect.apply(target.prototype.close, pc, []);
        resolve([]);
      };
    });
    connections.set(pc, closed);
    return pc;
  },
});

const trackIds: string[] = [];
// Neither is on pages without TLS, such as the empty one that a browser starts with.
if ('mediaDevices' in navigator) {
  const { getUserMedia } = MediaDevices.prototype;
  MediaDevices.prototype.getUserMedia = async function (constraints = {}): Promise<MediaStream> {
    if (new URLSearchParams(location.search).has('numbered')) {
      return openNumberedMedia(constraints, (device) => getUserMedia.call(this, device));
    }
    const { video } = constraints;
    const chosen = typeof video === 'object' ? video : {};
    const small = video && { ...chosen, width: 160, height: 120, frameRate: 8 };
    const stream = await getUserMedia.call(this, { ...constraints, ...(small && { video: small }) });
    trackIds.push(...stream.getTracks().map(({ id }) => id));
    return stream;
  };
  // Firefox without a window has no screen either, and no fake one.
  if (navigator.userAgent.includes('Firefox')) {
    MediaDevices.prototype.getDisplayMedia = async function (): Promise<MediaStream> {
      const { track } = openCamera((context, picture) => {
        context.fillStyle = `hsl(${(picture * 10) % 360} 80% 50%)`;
        context.fillRect(0, 0, 320, 240);
      }, { framesPerSecond: 10 });
      return new MediaStream([track]);
    };
  }
}

// The page's policy lets nobody read such a URL but links that save it.
const files = new Map<string, Blob>();
const { createObjectURL } = URL;
URL.createObjectURL = function (file): string {
  const url = createObjectURL.call(URL, file);
  if (file instanceof Blob) files.set(url, file);
  return url;
};

const instruments = {
  /** Of the cameras and microphones that were opened. */
  trackIds: () => trackIds,

  /** SHA-256 of a file that the page has made a URL of. */
  async hashOf(url: string): Promise<string> {
    const hash = await crypto.subtle.digest('SHA-256', await files.get(url)!.arrayBuffer());
    return new Uint8Array(hash).toHex();
  },

  /** Closes all connections behind the application's back. */
  breakConnections(): void {
    for (const pc of connections.keys()) pc.close();
  },

  async received(): Promise<Received> {
    const all: Received = { pictures: 0, sounds: [], codecs: [] };
    for (const [index, [pc, closed]] of [...connections].entries()) {
      // Asked just before a connection closes, Firefox never answers.
      const coming = await Promise.race([streams(pc, 'inbound-rtp'), closed]);
      const codecs = await Promise.race([streams(pc, 'codec'), closed]);
      all.pictures += total(coming, 'framesDecoded');
      for (const { kind, ssrc, totalAudioEnergy = 0, packetsReceived = 0, packetsLost = 0 } of coming) {
        if (kind !== 'audio') continue;
        const lost = Math.max(0, packetsLost);
        const id = `${index} ${ssrc}`;
        all.sounds.push({ id, energy: totalAudioEnergy, packets: packetsReceived, lost });
      }
      const names = codecs.flatMap(({ mimeType }) => mimeType ?? []);
      all.codecs.push(...names.filter((name) => name.startsWith('video/')));
    }
    return { ...all, codecs: [...new Set(all.codecs)] };
  },
};

declare global {
  interface Window {
    instruments: typeof instruments;
  }
}

window.instruments = instruments;
