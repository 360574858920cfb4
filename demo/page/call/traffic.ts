/** How much goes over the connections of a call, and how fast. */

/** Since the time before; of the slowest connection. */
export interface Traffic {
  receivedBitsPerSecond: number;
  sentBitsPerSecond: number;
  roundTripMs?: number;
}

export class TrafficMeter {
  readonly #before = new Map<RTCPeerConnection, Totals>();

  async measure(connections: readonly RTCPeerConnection[]): Promise<Traffic> {
    let received = 0;
    let sent = 0;
    let roundTripMs: number | undefined;
    for (const pc of connections) {
      if (pc.connectionState === 'closed') continue;
      const totals = totalsOf(await pc.getStats());
      const before = this.#before.get(pc);
      this.#before.set(pc, totals);
      if (totals.roundTripMs !== undefined) {
        roundTripMs = Math.max(roundTripMs ?? 0, totals.roundTripMs);
      }
      const seconds = before ? (totals.at - before.at) / 1000 : 0;
      if (!before || seconds <= 0) continue;
      // Another way between the two ends counts from 0.
      received += (Math.max(0, totals.received - before.received) * 8) / seconds;
      sent += (Math.max(0, totals.sent - before.sent) * 8) / seconds;
    }
    for (const pc of this.#before.keys()) if (!connections.includes(pc)) this.#before.delete(pc);
    return {
      receivedBitsPerSecond: received,
      sentBitsPerSecond: sent,
      ...(roundTripMs !== undefined && { roundTripMs }),
    };
  }
}

interface Totals {
  at: number;
  /** In bytes. */
  received: number;
  sent: number;
  roundTripMs: number | undefined;
}

function totalsOf(report: RTCStatsReport): Totals {
  const totals: Totals = { at: performance.now(), received: 0, sent: 0, roundTripMs: undefined };
  report.forEach((stats: Stats) => {
    if (stats.type === 'candidate-pair') {
      totals.received += stats.bytesReceived ?? 0;
      totals.sent += stats.bytesSent ?? 0;
    }
    // Firefox knows it of media only, and of the pair nothing.
    const seconds = stats.nominated ? stats.currentRoundTripTime : stats.roundTripTime;
    if (seconds !== undefined) {
      totals.roundTripMs = Math.max(totals.roundTripMs ?? 0, seconds * 1000);
    }
  });
  return totals;
}

/** What `RTCIceCandidatePairStats` and `RTCRemoteInboundRtpStreamStats` have of this. */
interface Stats {
  type: string;
  nominated?: boolean;
  bytesReceived?: number;
  bytesSent?: number;
  currentRoundTripTime?: number;
  roundTripTime?: number;
}
