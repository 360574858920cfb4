/** Why a call of this library failed; the value of {@link FramesealError.code}. */
export type FramesealErrorCode =
  /**
   * The transceiver belongs to another transform: the application's own, or that of another
   * `Frameseal`. A sender or receiver has one transform for life, so make a new connection.
   */
  | 'already-protected'
  /**
   * The data is not what the named key sealed: it was changed on the way, or the key is another
   * one. Compare the keys of both sides.
   */
  | 'authentication-failed'
  /** `close()` was called. Create another `Frameseal`, and another connection. */
  | 'closed'
  /**
   * Media of this connection could leave in the clear: make it with `frameseal.connection()`, or with
   * `encodedInsertableStreams: true` in its configuration. Browsers that do not know that option
   * ignore it.
   */
  | 'encoded-streams-disabled'
  /** The worker cannot take an argument, or is itself the wrong one; the message says which. */
  | 'invalid-argument'
  /** Worker and client do not speak the same protocol: deploy both from one version. */
  | 'invalid-message'
  /**
   * The send key has sealed as much as it safely may: call `rotate()`, or with manual keys
   * `setSendKey()`. Or the session has had as many keys as it can remember: create another
   * `Frameseal`.
   */
  | 'key-exhausted'
  /**
   * The key was given for the other direction already, or was replaced before. One key is for one
   * sender, once: make another.
   */
  | 'key-reused'
  /**
   * No key for this yet. With `keys: 'exchange'`, wait until the member is `secured`; else give it
   * with `setSendKey()` or `addReceiveKey()`.
   */
  | 'missing-key'
  /** The worker is starting: `await frameseal.ready` before the first connection. */
  | 'not-ready'
  /** The data is not sealed. Find out who sent it in the clear. */
  | 'not-sealed'
  /**
   * `insertDTMF()` would send digits in the clear. Send them as application data, sealed; or allow
   * tones with the option `telephoneEvents`.
   */
  | 'telephone-events-refused'
  /** The method belongs to the other way of keys; the message names the option `keys` it needs. */
  | 'unsupported'
  /**
   * The browser has neither `RTCRtpScriptTransform` nor `createEncodedStreams()`, or too old a
   * WebAssembly, so media cannot be sealed in it. Check `Frameseal.transport` before offering a call.
   */
  | 'unsupported-browser'
  /**
   * The data is not of the member, or not of the stream, that `open()` was told to expect. Whoever
   * holds a member's key can seal in its name: treat it as somebody else's.
   */
  | 'wrong-source'
  /** The worker did not start, or stopped. No frame passes any more; the message says why. */
  | 'worker-failed';

/**
 * An error of this library, as opposed to a wrong argument (`TypeError`, `RangeError`).
 *
 * Safe to log: it never holds key or frame bytes.
 */
export class FramesealError extends Error {
  /** Tells errors apart in code. */
  readonly code: FramesealErrorCode;

  constructor(code: FramesealErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'FramesealError';
    this.code = code;
  }
}
