import { FramesealError } from './errors.js';
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
    const isOver = transport?.state === 'closed' || (this.receiver && track?.readyState === 'ended');
    return isOver ? 'stopped' : transport && this.direction;
  }

  /** Ends what it sends, for good: what came later could leave in the clear. */
  stop(): void {
    const { sender } = this;
    if (!sender) return;
    sender.replaceTrack(null).catch(() => {}); // it is stopped already
    const replaceTrack = (): Promise<never> =>
      Promise.reject(new FramesealError('already-protected', 'this sender was stopped'));
    Object.defineProperty(sender, 'replaceTrack', { value: replaceTrack });
  }
}

/** What carries frames: a transceiver, or one end of it. */
export type Carrier = RTCRtpTransceiver | LoneEnd;
