/** One end's session with a Janus whose VideoRoom forwards what two ends send each other. */

import type { Frameseal } from 'frameseal';
import { Janus, type JanusData } from '../../demo/page/call/janus.ts';
import { openConnection } from './latency-mesh.ts';

export class Visitor {
  readonly #room: number;
  readonly #frameseal: Frameseal | undefined;
  readonly #connections: RTCPeerConnection[] = [];
  /** The number by which the other is received, when it sends. */
  readonly #other: Promise<number>;
  readonly #janus: Promise<Janus>;
  #handle = 0;

  private constructor(url: string, room: number, frameseal: Frameseal | undefined) {
    this.#room = room;
    this.#frameseal = frameseal;
    let announce: (data: JanusData) => void;
    this.#other = new Promise((resolve) => {
      announce = ({ publishers }) => publishers?.forEach(({ id }) => resolve(id));
    });
    this.#janus = Janus.open(url, {
      event: (_, { data }) => announce(data),
      hungUp() {},
      closed() {},
    });
  }

  /** Comes into a room, which the first one makes. */
  static async enter(url: string, room: number, frameseal: Frameseal | undefined): Promise<Visitor> {
    const visitor = new Visitor(url, room, frameseal);
    const janus = await visitor.#janus;
    visitor.#handle = await janus.attach();
    const require_e2ee = frameseal !== undefined;
    const make = { request: 'create', room, require_e2ee, videocodec: 'vp8' };
    await janus.message(visitor.#handle, make).catch(() => {}); // it is there already
    await janus.message(visitor.#handle, { request: 'join', ptype: 'publisher', room });
    return visitor;
  }

  async send(...tracks: MediaStreamTrack[]): Promise<void> {
    const janus = await this.#janus;
    const pc = this.#connection(janus, this.#handle);
    for (const track of tracks) pc.addTransceiver(track, { direction: 'sendonly' });
    await pc.setLocalDescription();
    const offer = this.#sealed(pc.localDescription!);
    const { jsep } = await janus.message(this.#handle, { request: 'publish' }, offer);
    await pc.setRemoteDescription(jsep!);
  }

  /**
   * Receives what the other sends, over a connection of its own. Resolves when the other sends.
   *
   * @param mids of the other's tracks, again for each further copy; by default all, once.
   */
  async receive(mids?: string[]): Promise<RTCPeerConnection> {
    const janus = await this.#janus;
    const handle = await janus.attach();
    const feed = await this.#other;
    const streams = mids?.map((mid, index) => ({ feed, mid, crossrefid: `${index}` })) ?? [{ feed }];
    const join = { request: 'join', ptype: 'subscriber', room: this.#room, streams };
    const { jsep } = await janus.message(handle, join);
    const pc = this.#connection(janus, handle);
    await pc.setRemoteDescription(jsep!);
    await pc.setLocalDescription();
    await janus.message(handle, { request: 'start' }, this.#sealed(pc.localDescription!));
    return pc;
  }

  close(): void {
    for (const pc of this.#connections) pc.close();
    void this.#janus.then((janus) => janus.close());
  }

  #connection(janus: Janus, handle: number): RTCPeerConnection {
    const pc = openConnection(this.#frameseal);
    pc.onicecandidate = ({ candidate }) => janus.trickle(handle, candidate);
    this.#connections.push(pc);
    return pc;
  }

  #sealed(description: RTCSessionDescription): object {
    return { ...description.toJSON(), ...(this.#frameseal && { e2ee: true }) };
  }
}

/** A room that nobody else is in. */
export function newRoom(): number {
  return 1 + crypto.getRandomValues(new Uint32Array(1))[0]!;
}
