/** What seals a call's frames, at one end of it. */

import { Frameseal } from 'frameseal';
import type { ScriptTransformOptions } from 'livekit-client';
import { LIVEKIT_IDENTITY } from './livekit-identity.ts';
import { setLivekitKey, startLivekit } from './livekit.ts';

export const SEALINGS = ['off', 'frameseal', 'livekit'] as const;
export type Sealing = (typeof SEALINGS)[number];

/** Sits at one end, in a worker of its own. */
export interface End {
  /** Takes a connection that has no transceivers yet. */
  attach(pc: RTCPeerConnection): void;
  /** Takes a transceiver that is sent on, in the turn that made it. */
  sendsOn(transceiver: RTCRtpTransceiver): void;
  /** Opens frames with this key from now on. */
  openWith(key: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** Makes the end that seals or the end that opens. */
type Start = (direction: 'send' | 'receive', key: Uint8Array<ArrayBuffer>) => Promise<End>;

export const START: Record<Sealing, Start> = {
  async off() {
    return { attach() {}, sendsOn() {}, async openWith() {} };
  },

  async frameseal(direction, key) {
    const frameseal = await new Frameseal({ room: 'bench', member: direction, keys: 'manual' }).ready;
    const openWith = async (baseKey: Uint8Array) => {
      await frameseal.removeReceiveKey(KEY_ID).catch(() => {}); // there is none at first
      await frameseal.addReceiveKey({ keyId: KEY_ID, baseKey, member: 'send' });
    };
    if (direction === 'send') await frameseal.setSendKey({ keyId: KEY_ID, baseKey: key });
    else await openWith(key);
    return { attach: (pc) => frameseal.attach(pc), sendsOn() {}, openWith };
  },

  async livekit(_direction, key) {
    const worker = new Worker('../workers/livekit.js', { type: 'module' });
    await startLivekit(worker, key.buffer);
    const transform = (kind: 'encode' | 'decode', track: MediaStreamTrack) => {
      const options: ScriptTransformOptions = {
        kind,
        participantIdentity: LIVEKIT_IDENTITY,
        trackId: track.id,
        hasPacketTrailer: false,
      };
      if (kind === 'decode' && track.kind === 'video') options.codec = 'vp8';
      return new RTCRtpScriptTransform(worker, options);
    };
    return {
      attach(pc) {
        pc.addEventListener('track', ({ receiver }) => {
          receiver.transform = transform('decode', receiver.track);
        });
      },
      sendsOn({ sender, receiver }) {
        // A track may be sent on several, and a receiver's is always another.
        sender.transform = transform('encode', receiver.track);
      },
      openWith: (key) => setLivekitKey(worker, key.buffer),
    };
  },
};

const KEY_ID = 1;
