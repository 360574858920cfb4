/** One end's session with a Janus whose VideoRoom forwards what two ends send each other. */

import type { Frameseal } from 'frameseal';
import { Janus } from '../../demo/page/call/janus.ts';
import { openConnection } from './connection.ts';

export interface Visitor {
  send(...tracks: MediaStreamTrack[]): Promise<void>;
  /**
   * Receives what the other sends, over a connection of its own. Resolves when the other sends.
   *
   * @param mids of the other's tracks, again for each further copy; by default all, once.
   */
  receive(mids?: string[]): Promise<RTCPeerConnection>;
}

/** Comes into a room, which the first one makes. */
export async function enter(url: string, room: number, frameseal?: Frameseal): Promise<Visitor> {
  /** The number by which the other is received, when it sends. */
  const other = Promise.withResolvers<number>();
  const janus = await Janus.open(url, {
    event: (_, { data }) => data.publishers?.forEach(({ id }) => other.resolve(id)),
    hungUp() {},
    closed() {},
  });
  const handle = await janus.attach();
  const make = { request: 'create', room, require_e2ee: frameseal !== undefined, videocodec: 'vp8' };
  await janus.message(handle, make).catch(() => {}); // it is there already
  await janus.message(handle, { request: 'join', ptype: 'publisher', room });

  const connection = (handle: number): RTCPeerConnection => {
    const pc = openConnection(frameseal);
    pc.onicecandidate = ({ candidate }) => janus.trickle(handle, candidate);
    return pc;
  };
  const describe = async (pc: RTCPeerConnection): Promise<object> => {
    await pc.setLocalDescription();
    return { ...pc.localDescription!.toJSON(), ...(frameseal && { e2ee: true }) };
  };
  return {
    async send(...tracks) {
      const pc = connection(handle);
      for (const track of tracks) pc.addTransceiver(track, { direction: 'sendonly' });
      const { jsep } = await janus.message(handle, { request: 'publish' }, await describe(pc));
      await pc.setRemoteDescription(jsep!);
    },
    async receive(mids) {
      const handle = await janus.attach();
      const feed = await other.promise;
      const streams = mids?.map((mid, index) => ({ feed, mid, crossrefid: `${index}` })) ?? [{ feed }];
      const join = { request: 'join', ptype: 'subscriber', room, streams };
      const { jsep } = await janus.message(handle, join);
      const pc = connection(handle);
      await pc.setRemoteDescription(jsep!);
      await janus.message(handle, { request: 'start' }, await describe(pc));
      return pc;
    },
  };
}

/** A room that nobody else is in. */
export function newRoom(): number {
  return 1 + crypto.getRandomValues(new Uint32Array(1))[0]!;
}
