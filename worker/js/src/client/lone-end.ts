import type { MediaEnd } from './transport.js';

/** A sender or receiver whose transceiver nobody names: as much of one as its end tells. */
export class LoneEnd {
  readonly mid = null;
  readonly sender: RTCRtpSender | undefined;
  readonly receiver: RTCRtpReceiver | undefined;
  readonly #end: MediaEnd;

  constructor(end: MediaEnd) {
    this.#end = end;
    if ('replaceTrack' in end) this.sender = end;
    else this.receiver = end;
  }

  get direction(): 'sendonly' | 'recvonly' {
    return this.sender ? 'sendonly' : 'recvonly';
  }

  /** `null` before it is negotiated. */
  get currentDirection(): RTCRtpTransceiverDirection | null {
    const { transport, track } = this.#end;
    if (transport?.state === 'closed' || (this.receiver && track?.readyState === 'ended')) return 'stopped';
    return transport && this.direction;
  }

  /** Ends what it sends. */
  stop(): void {
    void this.sender?.replaceTrack(null);
  }
}

/** What carries frames: a transceiver, or one end of it. */
export type Carrier = RTCRtpTransceiver | LoneEnd;
