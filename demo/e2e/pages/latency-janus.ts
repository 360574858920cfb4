/** Pictures through the VideoRoom of a Janus. */

import type { Frameseal } from 'frameseal';
import { Janus } from '../../page/call/janus.ts';
import { openConnection, play } from './latency-mesh.ts';
import type { Ends, Wire } from './latency.ts';

/** Connects each end to the media server: to send to it, and to receive from it what the other sends. */
export async function connectByJanus(ends: Ends, url: string): Promise<Wire> {
  const room = 1 + crypto.getRandomValues(new Uint32Array(1))[0]!;
  const alice = await Visitor.enter(url, room, ends.alice);
  const bob = await Visitor.enter(url, room, ends.bob);
  const [camera] = ends.camera.stream().getVideoTracks();
  await alice.send(camera!);
  const atBob = await bob.receive();
  play(atBob, ends.showToBob);
  await bob.send(atBob);
  play(await alice.receive(), ends.showToAlice);
  return {
    close: () => {
      alice.close();
      bob.close();
    },
  };
}

/** One end's session with the media server. */
class Visitor {
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
    let announce: (id: number) => void;
    this.#other = new Promise((resolve) => (announce = resolve));
    this.#janus = Janus.open(url, {
      event: (_, { data }) => data.publishers?.forEach(({ id }) => announce(id)),
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

  async send(track: MediaStreamTrack): Promise<void> {
    const janus = await this.#janus;
    const pc = this.#connection(janus, this.#handle);
    pc.addTransceiver(track, { direction: 'sendonly' });
    await pc.setLocalDescription();
    const offer = this.#sealed(pc.localDescription!);
    const { jsep } = await janus.message(this.#handle, { request: 'publish' }, offer);
    await pc.setRemoteDescription(jsep!);
  }

  /** Resolves when the other sends. */
  async receive(): Promise<MediaStreamTrack> {
    const janus = await this.#janus;
    const handle = await janus.attach();
    const streams = [{ feed: await this.#other }];
    const join = { request: 'join', ptype: 'subscriber', room: this.#room, streams };
    const { jsep } = await janus.message(handle, join);
    const pc = this.#connection(janus, handle);
    await pc.setRemoteDescription(jsep!);
    await pc.setLocalDescription();
    await janus.message(handle, { request: 'start' }, this.#sealed(pc.localDescription!));
    return pc.getReceivers()[0]!.track;
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
