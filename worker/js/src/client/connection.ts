/**
 * Connections that cannot send media in the clear.
 *
 * Chromium's option `encodedInsertableStreams` holds back the media of each sender and receiver until
 * it has a transform. Without it a transform that comes late is ignored without a word. Other browsers
 * do not know the option, and heed a transform whenever it comes.
 */

import type {} from './globals.js';

/** Returns a configuration with the option, and with all that the given one has or inherits. */
export function closedConfiguration(given?: RTCConfiguration | null): RTCConfiguration {
  const configuration = given ?? {};
  // Not a spread: it drops what is inherited, and without `iceTransportPolicy` the address leaks.
  const closed: RTCConfiguration = Object.create(configuration);
  // But own, too: a wrapper of the constructor may spread.
  for (const name in configuration) define(closed, name, Reflect.get(configuration, name));
  define(closed, OPTION, true);
  return closed;
}

/** The same, of a connection that a session is about to make for itself. */
export function ownConfiguration(given?: RTCConfiguration | null): RTCConfiguration {
  return Object.defineProperty(closedConfiguration(given), OWN, { value: true });
}

/** Tells `install()`, which is a bundle of its own, what a session makes and has attached by itself. */
export const OWN = Symbol.for('frameseal.own');

/**
 * Whether the browser holds back the media of this connection; `undefined` where it does not know
 * the option.
 */
export function isClosed(pc: RTCPeerConnection): boolean | undefined {
  return pc.getConfiguration()[OPTION];
}

/**
 * Whether the browser ignores a transform that comes too late: it knows the option, and the connection,
 * if it is known, does not have it.
 */
export function ignoresLateTransforms(pc: RTCPeerConnection | undefined): boolean {
  return pc ? isClosed(pc) === false : knowsOption();
}

/** Whether this is Chromium, which alone knows the option. */
export function knowsOption(): boolean {
  return typeof RTCRtpSender === 'function' && 'createEncodedStreams' in RTCRtpSender.prototype;
}

/**
 * Lets the application change the configuration of a connection that has the option, for example to
 * refresh the credentials of a TURN server: Chromium refuses a change that does not repeat it.
 */
export function keepClosed(target: Pick<RTCPeerConnection, 'setConfiguration'>): void {
  const previous = target.setConfiguration;
  const setConfiguration = function (this: RTCPeerConnection, given?: RTCConfiguration): void {
    const repeated = isClosed(this) ? closedConfiguration(given) : given;
    Reflect.apply(previous, this, [repeated]);
  };
  define(target, 'setConfiguration', setConfiguration);
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}

const OPTION = 'encodedInsertableStreams';
