/** The connections to all other members: one each, kept up. */

import { randomId } from './base64.ts';
import { Link, type LinkContext } from './link.ts';
import type { LinkState } from './model.ts';
import type { Signal } from './sealed-signalling.ts';

export interface MeshHandlers {
  send(signal: Signal): void;
  /** A connection to this member was made; its channel opens later. */
  linked(link: Link): void;
  changed(member: string): void;
}

/**
 * Of two members, the one with the higher ID is the one who begins: with a name for the attempt, so
 * that both know what belongs to which. The other asks it to, if that takes too long.
 */
export class Mesh {
  readonly #self: string;
  readonly #context: LinkContext;
  readonly #isOnline: () => boolean;
  readonly #handlers: MeshHandlers;
  readonly #peers = new Map<string, Peer>();
  readonly #pulse: ReturnType<typeof setInterval>;

  /** @param isOnline whether what is sent now gets to the server now. */
  constructor(
    self: string,
    context: LinkContext,
    isOnline: () => boolean,
    handlers: MeshHandlers,
  ) {
    this.#self = self;
    this.#context = context;
    this.#isOnline = isOnline;
    this.#handlers = handlers;
    this.#pulse = setInterval(() => this.#beat(performance.now()), BEAT_MS);
  }

  /** All connections there are. */
  get links(): Link[] {
    return [...this.#peers.values()].flatMap(({ link }) => link ?? []);
  }

  /** Returns how the connection to a member does. */
  stateOf(member: string): LinkState {
    return this.#peers.get(member)?.state ?? 'connecting';
  }

  /** Connects to a member whose keys are proven, so that nothing has to be said in the clear. */
  connect(member: string): void {
    if (this.#peers.has(member)) return;
    const peer: Peer = {
      member,
      isPolite: this.#self < member,
      link: undefined,
      sent: 0,
      heard: -1,
      state: 'connecting',
      since: performance.now(),
      actedAt: performance.now(),
      linkedAt: -Infinity,
    };
    this.#peers.set(member, peer);
    if (!peer.isPolite) this.#begin(peer);
  }

  disconnect(member: string): void {
    this.#peers.get(member)?.link?.close();
    this.#peers.delete(member);
  }

  /** Takes what a member sent about the connection to it. */
  handle(from: string, signal: Signal): void {
    const peer = this.#peers.get(from);
    if (!peer) return;
    if (signal.begin) {
      // What is young is on its way to the one who asks.
      const isYoung = performance.now() - peer.linkedAt < ASK_MS;
      if (!peer.isPolite && !isYoung) this.#begin(peer);
      return;
    }
    if (signal.link !== peer.link?.id) {
      const isFirst = signal.number === 0 && signal.description?.type === 'offer';
      if (!peer.isPolite) return;
      // The other end goes on with a connection that this one has given up.
      if (!isFirst) return peer.link ? undefined : this.#ask(peer);
      this.#link(peer, signal.link);
    }
    if (signal.number <= peer.heard) return;
    peer.heard = signal.number;
    peer.link?.handle(signal);
  }

  close(): void {
    clearInterval(this.#pulse);
    for (const member of [...this.#peers.keys()]) this.disconnect(member);
  }

  #begin(peer: Peer): void {
    this.#link(peer, randomId());
  }

  #link(peer: Peer, id: string): void {
    const { member, isPolite } = peer;
    peer.link?.close();
    peer.sent = 0;
    peer.heard = -1;
    peer.actedAt = peer.linkedAt = performance.now();
    const link = new Link(id, member, isPolite, this.#context, {
      send: (signal) => {
        if (peer.link !== link) return;
        this.#handlers.send({ to: member, link: id, number: peer.sent++, ...signal });
      },
      changed: () => this.#judge(peer, performance.now()),
    });
    peer.link = link;
    this.#handlers.linked(link);
    this.#judge(peer, performance.now());
  }

  #beat(now: number): void {
    for (const peer of this.#peers.values()) {
      this.#judge(peer, now);
      // While the server is away nothing could be agreed on; it would be old when it comes back.
      if (peer.state !== 'connected' && this.#isOnline()) this.#mend(peer, now);
    }
  }

  /** Tells when the state of a connection has become another. */
  #judge(peer: Peer, now: number): void {
    const isConnected = peer.link?.state === 'connected';
    const wasConnected = peer.state === 'connected';
    if (isConnected !== wasConnected) peer.since = peer.actedAt = now;
    const isLost = now - peer.since > LOST_MS;
    const state = isConnected
      ? 'connected'
      : isLost
        ? 'failed'
        : wasConnected || peer.state === 'reconnecting'
          ? 'reconnecting'
          : 'connecting';
    if (state === peer.state) return;
    peer.state = state;
    this.#handlers.changed(peer.member);
  }

  /** Does what is next for a connection that is not there. */
  #mend(peer: Peer, now: number): void {
    const idle = now - peer.actedAt;
    const { link } = peer;
    const isBroken = link?.state === 'failed' || link?.state === 'disconnected';
    if (link && isBroken && peer.restarted !== link) {
      const patience = link.state === 'failed' ? 0 : DISCONNECTED_MS;
      // The polite end waits for the other, so that they do not both begin.
      if (idle < patience + (peer.isPolite ? POLITE_MS : 0)) return;
      peer.restarted = link;
      peer.actedAt = now;
      link.restart();
    } else if (idle > (link && link.state !== 'closed' ? RENEW_MS : ASK_MS)) {
      peer.actedAt = now;
      if (peer.isPolite) this.#ask(peer);
      else this.#begin(peer);
    }
  }

  #ask({ member }: Peer): void {
    this.#handlers.send({ to: member, link: '', number: 0, begin: true });
  }
}

interface Peer {
  readonly member: string;
  readonly isPolite: boolean;
  link: Link | undefined;
  /** How many signals were sent on this link. */
  sent: number;
  /** Number of the newest one that came on this link. */
  heard: number;
  state: LinkState;
  /** When the connection came or went. */
  since: number;
  /** When something was last done about it. */
  actedAt: number;
  /** When the link was made. */
  linkedAt: number;
  /** The link that was told to look for another way. */
  restarted?: Link;
}

const BEAT_MS = 500;

/** Chromium takes a network for gone after some seconds of silence, which may pass by itself. */
const DISCONNECTED_MS = 3000;
const POLITE_MS = 2000;

/** Sealed offers come within one; after that the offer, or the one who makes it, was lost. */
const ASK_MS = 2500;

/** An ICE restart or a new connection is there within 2 s, or behind a slow relay within 8. */
const RENEW_MS = 8000;

/** From here on a person should be told to look at the network. */
const LOST_MS = 20_000;
