/** A frame as the recorder's worker saw it. */
export interface RecordedFrame {
  side: 'sent' | 'received';
  kind: 'audio' | 'delta' | 'key';
  mimeType: string;
  data: Uint8Array;
}
