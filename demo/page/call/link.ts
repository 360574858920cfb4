/** One connection to one other member. */

import { effect, type ReadonlySignal } from '@preact/signals-core';
import type { Frameseal } from 'frameseal';
import { Negotiation, type NegotiationSignal } from 'frameseal/negotiation.js';
import { TRACKS, type LocalTracks, type Track } from './local-media.ts';
import type { ReceivedMedia } from './received-media.ts';
import type { Signal } from './sealed-signalling.ts';

/** What goes over the connections of a call. */
export interface LinkContext {
  /** Seals; absent in a room that is not sealed. */
  readonly frameseal: Frameseal | undefined;
  iceServers: RTCIceServer[];
  /** Absent where media goes through a media server: then only data goes over links. */
  media: LinkMedia | undefined;
}

export interface LinkMedia {
  readonly tracks: ReadonlySignal<LocalTracks>;
  readonly received: ReceivedMedia;
  /** The only codec to be sent, by its name in SDP; by default the browser's choice. */
  readonly videoCodec: string | undefined;
}

/** What a link tells of. */
export interface LinkHandlers {
  send(signal: NegotiationSignal): void;
  changed(): void;
}

/**
 * The end that is not polite makes the first offer, with a place for each track that a member can
 * have, in one order: so both know from the start which is which, and switching a camera on or off
 * needs no negotiation. From then on both may offer, and the polite one asks before it does.
 */
export class Link {
  readonly id: string;
  readonly member: string;
  readonly channel: RTCDataChannel;
  readonly pc: RTCPeerConnection;

  readonly #context: LinkContext;
  readonly #negotiation: Negotiation;
  #transceivers: RTCRtpTransceiver[] = [];
  #stopFollowing: () => void = () => {};

  constructor(
    id: string,
    member: string,
    isPolite: boolean,
    context: LinkContext,
    handlers: LinkHandlers,
  ) {
    this.id = id;
    this.member = member;
    this.#context = context;

    const configuration: RTCConfiguration = {
      iceServers: context.iceServers,
      bundlePolicy: 'max-bundle',
    };
    const { frameseal } = context;
    this.pc = frameseal?.connection(configuration) ?? new RTCPeerConnection(configuration);
    this.pc.onconnectionstatechange = () => handlers.changed();
    // Made at both ends alike, so it needs no message of its own.
    this.channel = this.pc.createDataChannel('frameseal', { negotiated: true, id: 0 });
    this.channel.binaryType = 'arraybuffer';
    if (!isPolite && context.media) {
      this.#adopt(TRACKS.map((track) => this.pc.addTransceiver(kindOf(track))));
    }
    this.pc.onsignalingstatechange = () => this.#adoptOffered();
    this.#negotiation = new Negotiation(this.pc, { yields: isPolite, send: handlers.send });
    // The places for tracks are in the first offer, whatever the other end asks for meanwhile.
    if (!isPolite) this.#negotiation.change();
  }

  get state(): RTCPeerConnectionState {
    return this.pc.connectionState;
  }

  /** Takes what the other end sent about this connection. */
  handle({ description, candidate, turn }: Signal): void {
    const signal = description ? { description } : turn ? { turn } : { candidate: candidate ?? null };
    const done = this.#negotiation.handle(signal);
    // Closed meanwhile, or not to be understood: a connection that does not come to be is tried again
    // by the mesh.
    done.catch(() => {});
  }

  /** Looks for another way between the two ends. */
  restart(): void {
    this.pc.restartIce();
  }

  close(): void {
    this.#stopFollowing();
    for (const { receiver } of this.#transceivers) {
      this.#context.media?.received.remove(receiver.track);
    }
    this.pc.onsignalingstatechange = null;
    this.pc.onconnectionstatechange = null;
    this.pc.close();
  }

  /** Takes the places of the first offer, before it is answered. */
  #adoptOffered(): void {
    const isOffered = this.pc.signalingState === 'have-remote-offer';
    if (isOffered && this.#context.media && this.#transceivers.length === 0) {
      this.#adopt(this.pc.getTransceivers());
    }
  }

  /** Names the transceivers, which are in the same order at both ends, and sends on them. */
  #adopt(transceivers: RTCRtpTransceiver[]): void {
    const { frameseal, media } = this.#context;
    if (!media) return;
    const named = TRACKS.map((track, index) => ({ track, transceiver: transceivers[index] }));
    this.#transceivers = transceivers.slice(0, TRACKS.length);

    for (const { track, transceiver } of named) {
      if (!transceiver) continue;
      frameseal?.protect(transceiver, { track, from: this.member });
      transceiver.direction = 'sendrecv';
      if (media.videoCodec) prefer(transceiver, media.videoCodec);
      media.received.add(transceiver.receiver.track, {
        from: this.member,
        owner: frameseal ? undefined : { member: this.member, track },
      });
    }
    this.#stopFollowing = effect(() => {
      const tracks = media.tracks.value;
      for (const { track, transceiver } of named) {
        if (transceiver) replace(transceiver.sender, tracks[track]);
      }
    });
  }
}

export function kindOf(track: Track): 'audio' | 'video' {
  return track === 'microphone' ? 'audio' : 'video';
}

/** Sends another track, or none. Fails only when the connection is closing. */
export function replace(sender: RTCRtpSender, track: MediaStreamTrack | undefined): void {
  if (sender.track !== (track ?? null)) sender.replaceTrack(track ?? null).catch(() => {});
}

/** Sends pictures in one codec, where the browser has it. */
export function prefer(transceiver: RTCRtpTransceiver, name: string): void {
  if (transceiver.receiver.track.kind !== 'video') return;
  const mimeType = `video/${name}`.toLowerCase();
  const all = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
  // Beside the codec itself what repeats its lost packets.
  const wanted = all.filter((codec) =>
    [mimeType, 'video/rtx'].includes(codec.mimeType.toLowerCase()),
  );
  if (wanted.some((codec) => codec.mimeType.toLowerCase() === mimeType)) {
    transceiver.setCodecPreferences(wanted);
  }
}
