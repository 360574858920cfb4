/** The connection to another member. */

import { rtpStats, type RtpStats } from './rtp-stats.ts';

export class Link {
  /** Of the other member; empty if nobody says who that is. */
  readonly id: string;
  readonly pc: RTCPeerConnection;
  /** Offers and answers, one after the other. */
  #negotiation = Promise.resolve();
  readonly #closed = Promise.withResolvers<RtpStats[]>();

  constructor(id: string, pc: RTCPeerConnection) {
    this.id = id;
    this.pc = pc;
  }

  /** Does the next step of a negotiation when those before it are done. */
  inTurn(step: () => Promise<void>): void {
    this.#negotiation = this.#negotiation.then(step);
  }

  /** Offers or answers; the description holds all candidates. */
  async describe(): Promise<RTCSessionDescriptionInit> {
    await this.pc.setLocalDescription();
    while (this.pc.iceGatheringState !== 'complete') {
      await new Promise((change) =>
        this.pc.addEventListener('icegatheringstatechange', change, { once: true }),
      );
    }
    const { type, sdp } = this.pc.localDescription!;
    return { type, sdp };
  }

  transceiver(mid: string): RTCRtpTransceiver {
    const found = this.pc.getTransceivers().find((transceiver) => transceiver.mid === mid);
    if (!found) throw new Error(`no transceiver has mid ${mid}`);
    return found;
  }

  /** Of a connection that closes, there are none: asked for just before, Firefox never tells any. */
  counters(): Promise<RtpStats[]> {
    return Promise.race([rtpStats(this.id, this.pc), this.#closed.promise]);
  }

  close(): void {
    this.pc.close();
    this.#closed.resolve([]);
  }
}
