/** A sealed frame that somebody recorded. */
export interface ReplayedFrame<Data = Uint8Array> {
  kind: 'audio' | 'video';
  /** `key` or `delta`; absent for audio. */
  type: string | undefined;
  mimeType: string | undefined;
  data: Data;
}
