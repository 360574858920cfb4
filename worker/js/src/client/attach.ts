/**
 * Calls `sweep` whenever a connection may have got a transceiver, in the turn in which it did.
 *
 * The methods that make transceivers are wrapped on this one object, over whatever they were
 * before; arguments, results and errors stay as they are, unless a new transceiver can't be
 * protected: then it is stopped, and the call throws why. What a remote description makes is met
 * twice: in the `track` event and, for transceivers that receive nothing, before the application
 * sees that the description is set.
 */
export function watchTransceivers(pc: RTCPeerConnection, sweep: () => void): void {
  for (const name of METHODS) {
    const previous: unknown = Reflect.get(pc, name);
    if (typeof previous !== 'function') continue;

    const wrapped = function (this: unknown, ...args: unknown[]): unknown {
      sweep();
      const result: unknown = Reflect.apply(
        previous,
        this,
        args.map((arg) => sweepFirst(arg, sweep)),
      );
      sweep();
      return isPromise(result) ? result.then(sweepFirst(pass, sweep)) : result;
    };
    Object.defineProperty(pc, name, { value: wrapped, configurable: true, writable: true });
  }
  for (const event of EVENTS) pc.addEventListener(event, sweep, { capture: true });
}

/**
 * In these a transceiver may show that was made past the wrapped methods, by those of the prototype:
 * all come before its media can flow.
 */
const EVENTS = ['negotiationneeded', 'signalingstatechange', 'track'];

/** That make transceivers. `setLocalDescription` makes none, but is the last moment to see that one will send. */
export const METHODS = [
  'addStream', // of old, and still there
  'addTrack',
  'addTransceiver',
  'createOffer', // with offerToReceiveAudio or offerToReceiveVideo
  'setLocalDescription',
  'setRemoteDescription',
];

/** Wraps a callback of the old argument forms; returns what is no function unchanged. */
function sweepFirst<T>(callback: T, sweep: () => void): T {
  if (typeof callback !== 'function') return callback;
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    sweep();
    return Reflect.apply(callback, this, args);
  };
  return wrapped as T;
}

/** Of this realm, or of the frame that the connection is from. */
export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}

function pass<T>(value: T): T {
  return value;
}
