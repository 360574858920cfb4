/** What a browser counts of the media of one connection. */

export type MediaKind = 'audio' | 'video';

/** What the browser counts of one direction of one transceiver, all its streams together. */
export interface RtpStats {
  /** At the other end of the connection; empty if there is only one. */
  other: string;
  mid: string | null;
  kind: MediaKind;
  direction: 'send' | 'receive';
  /** Sending: encoded. Receiving: decoded. */
  frames: number;
  /** Sending: put on the wire. Receiving: complete. */
  transported: number;
  packets: number;
  keyFrameRequests: number;
  width: number;
  /** SSRC, of the last stream if there are several. */
  source: number | undefined;
}

/** Both directions of every transceiver. */
export function rtpStats(other: string, pc: RTCPeerConnection): Promise<RtpStats[]> {
  const all = pc
    .getTransceivers()
    .flatMap(({ mid, sender, receiver }) => [
      total({ other, mid, direction: 'send', kind: receiver.track.kind }, sender.getStats()),
      total({ other, mid, direction: 'receive', kind: receiver.track.kind }, receiver.getStats()),
    ]);
  return Promise.all(all);
}

async function total(
  { kind, ...stream }: Omit<Stream, 'kind'> & { kind: string },
  report: Promise<RTCStatsReport>,
): Promise<RtpStats> {
  const sum: RtpStats = {
    ...stream,
    kind: kind as MediaKind,
    frames: 0,
    transported: 0,
    packets: 0,
    keyFrameRequests: 0,
    width: 0,
    source: undefined,
  };
  for (const stats of (await report).values() as Iterable<StreamStats>) {
    if (stats.type !== 'inbound-rtp' && stats.type !== 'outbound-rtp') continue;
    sum.frames += stats.framesDecoded ?? stats.framesEncoded ?? 0;
    sum.transported += stats.framesReceived ?? stats.framesSent ?? 0;
    sum.packets += stats.packetsReceived ?? stats.packetsSent ?? 0;
    sum.keyFrameRequests += (stats.pliCount ?? 0) + (stats.firCount ?? 0);
    sum.source = stats.ssrc;
    sum.width = Math.max(sum.width, stats.frameWidth ?? 0);
  }
  return sum;
}

type Stream = Pick<RtpStats, 'other' | 'mid' | 'kind' | 'direction'>;

/** What `RTCOutboundRtpStreamStats` and `RTCInboundRtpStreamStats` have of this. */
interface StreamStats {
  type: string;
  ssrc: number;
  framesDecoded?: number;
  framesEncoded?: number;
  framesReceived?: number;
  framesSent?: number;
  packetsReceived?: number;
  packetsSent?: number;
  pliCount?: number;
  firCount?: number;
  frameWidth?: number;
}
