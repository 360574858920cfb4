/** Media through the VideoRoom of a Janus media server, which has no key to any of it. */

import { effect } from '@preact/signals-core';
import type { Frameseal } from 'frameseal';
import { Janus, JanusError, type JanusData, type Publisher } from './janus.ts';
import { kindOf, prefer, replace, type LinkMedia } from './link.ts';
import { TRACKS } from './local-media.ts';
import { backoff } from './signalling.ts';

export interface ForwardingOptions {
  /** WebSocket that leads to the media server. */
  url: string;
  room: string;
  /** This member. */
  member: string;
  /** Seals; absent in a room that is not sealed. */
  frameseal: Frameseal | undefined;
  iceServers: RTCIceServer[];
  media: LinkMedia;
  /** The most that may send. */
  members: number;
}

export interface ForwardingHandlers {
  /** A connection that brings this member's media came or went. */
  changed(member: string): void;
  /** The media server is away; it is tried again by itself. */
  lost(reason: string): void;
}

/**
 * One connection to send on, and one for each feed to receive on. Whose a feed is, its first frame
 * that opens proves, and it stays that member's: what its publisher says to Janus decides nothing.
 * Only in a room that is not sealed there is nothing else to go by.
 */
export class Forwarding {
  readonly #options: ForwardingOptions;
  readonly #handlers: ForwardingHandlers;
  readonly #subscriptions = new Map<number, Subscription>();
  #janus: Janus | undefined;
  #publication: Publication | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #attempts = 0;
  #isClosed = false;

  constructor(options: ForwardingOptions, handlers: ForwardingHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    void this.#start();
  }

  get connections(): RTCPeerConnection[] {
    const all = [this.#publication, ...this.#subscriptions.values()];
    return all.flatMap((connection) => connection?.pc ?? []);
  }

  /** Whether there is a connection that this member's media came on. */
  isConnected(member: string): boolean {
    return [...this.#subscriptions.values()].some(
      (subscription) =>
        subscription.member === member && subscription.pc?.connectionState === 'connected',
    );
  }

  /** Takes what a `source` event says: whose frames come on this transceiver. */
  prove(transceiver: RTCRtpTransceiver, member: string): void {
    const subscription = [...this.#subscriptions.values()].find(({ transceivers }) =>
      transceivers.includes(transceiver),
    );
    if (!subscription || subscription.member !== undefined) return;
    subscription.member = member;
    // Else frames of two could take turns, and be shown as one's until the next event.
    for (const each of subscription.transceivers) {
      this.#options.frameseal?.protect(each, { from: member });
    }
    this.#handlers.changed(member);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#reset();
    this.#janus?.close();
  }

  async #start(): Promise<void> {
    const earlier = this.#publication && this.#janus?.session;
    const attempt = ++this.#attempts;
    let janus: Janus;
    try {
      janus = await Janus.open(
        this.#options.url,
        {
          event: (handle, { data }) => this.#hear(handle, data),
          hungUp: (handle) => this.#hangUp(handle),
          closed: () => this.#lose('the connection broke.'),
        },
        earlier,
      );
    } catch (error) {
      return attempt === this.#attempts ? this.#lose(messageOf(error)) : undefined;
    }
    // Whatever began later takes its place: two sessions would send everything twice.
    if (this.#isClosed || attempt !== this.#attempts) return janus.close();
    this.#janus?.close();
    this.#janus = janus;
    try {
      if (janus.session === earlier) await this.#resume(janus);
      else await this.#enter(janus);
      this.#failures = 0;
    } catch (error) {
      if (this.#janus === janus) this.#restart(messageOf(error));
    }
  }

  /** Tries again; what is connected stays so, for the session may be there still. */
  #lose(reason: string): void {
    if (this.#isClosed) return;
    if (this.#failures === 0) this.#handlers.lost(reason);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#start(), backoff(this.#failures++));
  }

  #reset(): void {
    const publication = this.#publication;
    this.#publication = undefined;
    publication?.end();
    for (const feed of [...this.#subscriptions.keys()]) this.#unsubscribe(feed);
  }

  /** Joins the room, sends, and receives those who are there. */
  async #enter(janus: Janus): Promise<void> {
    this.#reset();
    const { room: name, member, frameseal, members } = this.#options;
    const room = await roomNumber(name, frameseal !== undefined);
    const handle = await janus.attach();
    await create(janus, handle, {
      request: 'create',
      room,
      is_private: true,
      publishers: members,
      require_e2ee: frameseal !== undefined,
      videocodec: 'vp8,vp9,h264,av1',
      audiocodec: 'opus',
    });
    const { data } = await janus.message(handle, {
      request: 'join',
      ptype: 'publisher',
      room,
      display: member,
    });
    if (this.#janus !== janus) return;
    this.#publication = this.#publish(janus, handle, room, data);
    await this.#publication.start();
    this.#meet(data.publishers);
  }

  /** Learns who came and went while the socket was away. */
  async #resume(janus: Janus): Promise<void> {
    const publication = this.#publication!;
    const { handle, room, id } = publication;
    const request = { request: 'listparticipants', room };
    const { data } = await janus.message(handle, request);
    const others = (data.participants ?? []).filter(
      (other) => other.publisher && other.id !== id,
    );
    const present = new Set(others.map((other) => other.id));
    for (const feed of [...this.#subscriptions.keys()]) {
      if (!present.has(feed)) this.#unsubscribe(feed);
    }
    this.#meet(others);
  }

  #hear(handle: number, data: JanusData): void {
    if (handle !== this.#publication?.handle) return;
    this.#meet(data.publishers);
    for (const gone of [data.leaving, data.unpublished]) {
      if (typeof gone === 'number') this.#unsubscribe(gone);
    }
  }

  #meet(publishers: Publisher[] = []): void {
    for (const publisher of publishers) void this.#subscribe(publisher);
  }

  #hangUp(handle: number): void {
    if (handle === this.#publication?.handle) return this.#restart('it ended the connection.');
    for (const [feed, subscription] of this.#subscriptions) {
      if (subscription.handle === handle) this.#resubscribe(feed);
    }
  }

  /** Begins anew: a connection without a session is of no use. */
  #restart(reason: string): void {
    this.#reset();
    this.#janus?.close();
    this.#lose(reason);
  }

  #publish(janus: Janus, handle: number, room: number, joined: JanusData): Publication {
    const { media, frameseal } = this.#options;
    const pc = this.#connection(janus, handle);
    const named = TRACKS.map((track) => {
      const transceiver = pc.addTransceiver(kindOf(track), { direction: 'sendonly' });
      frameseal?.protect(transceiver, { track });
      if (media.videoCodec) prefer(transceiver, media.videoCodec);
      return { track, transceiver };
    });
    const stopFollowing = effect(() => {
      const tracks = media.tracks.value;
      for (const { track, transceiver } of named) replace(transceiver.sender, tracks[track]);
    });
    pc.onconnectionstatechange = () => {
      if (pc.connectionState === 'failed') this.#restart('the connection for media failed.');
    };
    return {
      handle,
      room,
      id: joined.id ?? 0,
      privateId: joined.private_id,
      pc,
      start: async () => {
        await pc.setLocalDescription();
        const { jsep } = await janus.message(
          handle,
          { request: 'publish' },
          sealed(pc.localDescription, frameseal),
        );
        if (jsep) await pc.setRemoteDescription(jsep);
      },
      end: () => {
        stopFollowing();
        pc.onconnectionstatechange = null;
        pc.close();
      },
    };
  }

  async #subscribe({ id: feed, display = '' }: Publisher): Promise<void> {
    const janus = this.#janus;
    const publication = this.#publication;
    if (!janus || !publication || this.#subscriptions.has(feed)) return;
    const { media, frameseal, members } = this.#options;
    // Who came back may be there twice for a while; more than that is not from an honest server.
    if (this.#subscriptions.size >= 2 * members) return;
    // Taken before anything is awaited, so that it is not made twice.
    const subscription: Subscription = {
      feed,
      display,
      member: frameseal ? undefined : display,
      handle: 0,
      pc: undefined,
      transceivers: [],
    };
    this.#subscriptions.set(feed, subscription);
    const isCurrent = (): boolean => this.#subscriptions.get(feed) === subscription;
    try {
      const handle = await janus.attach();
      if (!isCurrent()) return janus.detach(handle);
      subscription.handle = handle;
      const { data, jsep } = await janus.message(handle, {
        request: 'join',
        ptype: 'subscriber',
        room: publication.room,
        streams: [{ feed }],
        private_id: publication.privateId,
      });
      if (!isCurrent() || !jsep) return;
      const pc = this.#connection(janus, handle);
      subscription.pc = pc;
      pc.onconnectionstatechange = () => {
        this.#tellChange(subscription);
        if (pc.connectionState === 'failed') this.#resubscribe(feed);
      };
      await pc.setRemoteDescription(jsep);
      subscription.transceivers = pc.getTransceivers();
      for (const { mid, receiver } of subscription.transceivers) {
        const stream = data.streams?.find((candidate) => candidate.mid === mid);
        const track = TRACKS[Number(stream?.feed_mid)];
        const owner = !frameseal && track ? { member: display, track } : undefined;
        media.received.add(receiver.track, { owner });
      }
      await pc.setLocalDescription();
      await janus.message(handle, { request: 'start' }, sealed(pc.localDescription, frameseal));
    } catch {
      // Gone meanwhile, or too slow: tried again as long as it is there.
      if (isCurrent()) this.#resubscribe(feed);
    }
  }

  #resubscribe(feed: number): void {
    const subscription = this.#subscriptions.get(feed);
    if (!subscription) return;
    this.#unsubscribe(feed);
    const { display } = subscription;
    const publication = this.#publication;
    setTimeout(() => {
      if (!publication || publication !== this.#publication) return;
      void this.#subscribe({ id: feed, display });
    }, RESUBSCRIBE_MS);
  }

  #unsubscribe(feed: number): void {
    const subscription = this.#subscriptions.get(feed);
    if (!subscription) return;
    this.#subscriptions.delete(feed);
    for (const { receiver } of subscription.transceivers) {
      this.#options.media.received.remove(receiver.track);
    }
    if (subscription.pc) subscription.pc.onconnectionstatechange = null;
    subscription.pc?.close();
    if (subscription.handle !== 0) this.#janus?.detach(subscription.handle);
    this.#tellChange(subscription);
  }

  #tellChange({ member }: Subscription): void {
    if (member !== undefined) this.#handlers.changed(member);
  }

  /** Makes a connection that is protected from its first turn on. */
  #connection(janus: Janus, handle: number): RTCPeerConnection {
    const { iceServers, frameseal } = this.#options;
    const configuration: RTCConfiguration = { iceServers, bundlePolicy: 'max-bundle' };
    // Protects what the server's descriptions will bring, too.
    const pc = frameseal?.connection(configuration) ?? new RTCPeerConnection(configuration);
    pc.onicecandidate = ({ candidate }) => {
      if (this.#janus === janus) janus.trickle(handle, candidate);
    };
    return pc;
  }
}

/** What this member sends on. */
interface Publication {
  readonly handle: number;
  readonly room: number;
  /** As others know it. */
  readonly id: number;
  readonly privateId: number | undefined;
  readonly pc: RTCPeerConnection;
  start(): Promise<void>;
  end(): void;
}

/** What one feed is received on. */
interface Subscription {
  readonly feed: number;
  /** Whose it is by its publisher's own word: of use in a room that is not sealed only. */
  readonly display: string;
  /** Whose it is: proven by a key in a sealed room. */
  member: string | undefined;
  handle: number;
  pc: RTCPeerConnection | undefined;
  transceivers: RTCRtpTransceiver[];
}

/** Janus does not look into what it is told is sealed. */
function sealed(
  description: RTCSessionDescription | null,
  frameseal: Frameseal | undefined,
): object {
  return { ...description?.toJSON(), ...(frameseal && { e2ee: true }) };
}

/** Makes the room, unless another member was faster. */
async function create(janus: Janus, handle: number, body: object): Promise<void> {
  try {
    await janus.message(handle, body);
  } catch (error) {
    if (!(error instanceof JanusError && error.code === ROOM_EXISTS)) throw error;
  }
}

/**
 * A room's number at the media server: the first 52 bits of a hash, because numbers of JavaScript
 * and Janus have in common what is below 2^53.
 */
export async function roomNumber(room: string, isSealed: boolean): Promise<number> {
  const name = new TextEncoder().encode(`${isSealed ? 'sealed' : 'open'} ${room}`);
  const digest = new DataView(await crypto.subtle.digest('SHA-256', name));
  return Number(digest.getBigUint64(0) >> 12n) || 1;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `JANUS_VIDEOROOM_ERROR_ROOM_EXISTS`. */
const ROOM_EXISTS = 427;

const RESUBSCRIBE_MS = 1000;
