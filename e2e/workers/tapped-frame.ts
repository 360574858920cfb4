/** The frames of one direction of one transceiver. */
export interface Tap<Data = Uint8Array> {
  direction: 'send' | 'receive';
  kind: 'audio' | 'video';
  /** As they came in: from the encoder, or from the network. */
  before: TappedFrame<Data>[];
  /** As they went out: to the network, or to the decoder. */
  after: TappedFrame<Data>[];
}

export interface TappedFrame<Data = Uint8Array> {
  /** `key`, `delta` or `empty`; absent for audio. */
  type: string | undefined;
  mimeType: string | undefined;
  /** SSRC. */
  source: number | undefined;
  /** RTP timestamp. */
  timestamp: number;
  data: Data;
  /** When it passed, in milliseconds of the worker's clock. */
  at: number;
}
