/** A video frame as it passed the media server. */
export interface Intercepted {
  /** Whether it is a key frame. */
  key: boolean;
  /** For example `video/VP8`; absent where the browser does not tell. */
  mimeType: string | undefined;
  /** RTP timestamp. */
  timestamp: number;
  data: Uint8Array<ArrayBuffer>;
  /** Index of the byte that was changed on the way, if one was. */
  flipped: number | undefined;
}

/** What the page tells the media server to do. */
export interface Order {
  /** Change one bit of each frame. */
  flipBits: boolean;
}
