import type { Channel } from './channel.js';
import { isClosed, knowsOption } from './connection.js';
import { FramesealError } from './errors.js';
import type { Carrier } from './lone-end.js';
import type { Pipeline } from '../protocol.js';

/**
 * How a browser runs transforms.
 *
 * - `script-transform`: `RTCRtpScriptTransform`, frames go from the browser to the worker.
 * - `encoded-streams`: `createEncodedStreams()`, of Chromium before it had the former.
 */
export type Transport = 'script-transform' | 'encoded-streams';

/** The half of a transceiver that has a transform. */
export type MediaEnd = RTCRtpSender | RTCRtpReceiver;

/** What Chromium adds to senders and receivers. */
interface EncodedStreamsEnd {
  createEncodedStreams(): { readable: ReadableStream; writable: WritableStream };
}

/** A module that declares one type, `(externref) -> v128`, and nothing else. */
const FEATURES = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 111, 1, 123);

/** How this browser can run transforms and our WebAssembly, told by its features alone. */
export const transport: Transport | undefined = runsWebAssembly() ? transforms() : undefined;

/** Marks a transform that lets nothing pass until ours takes its place: that of `install()`. */
export const PLACEHOLDER = Symbol.for('frameseal.placeholder');

/** Whether a transform that is not ours is there already. */
export function hasTransform(end: MediaEnd | undefined): boolean {
  return !!end && 'transform' in end && end.transform !== null && !(PLACEHOLDER in end.transform);
}

/**
 * Leads the frames of one end through the worker, for the life of that end.
 *
 * @throws FramesealError `worker-failed`, `encoded-streams-disabled`.
 */
export function connect(end: MediaEnd, pipeline: Pipeline, channel: Channel): void {
  if (transport === 'script-transform') setTransform(end, scriptTransform(channel.requireWorker(), pipeline));
  else channel.stream({ ...encodedStreams(end), pipeline });
}

/**
 * Refuses a connection whose media leaves without waiting for a transform.
 *
 * @throws FramesealError `encoded-streams-disabled`.
 */
export function requireClosed(pc: RTCPeerConnection): void {
  if (isClosed(pc) === false) throw encodedStreamsDisabled();
}

/** Ends what a transceiver carries, at once and for good. */
export function stop(carrier: Carrier): void {
  try {
    carrier.stop();
  } catch {
    // The connection is closed: it carries nothing.
  }
}

function scriptTransform(worker: Worker, pipeline: Pipeline): RTCRtpScriptTransform {
  try {
    return new RTCRtpScriptTransform(worker, pipeline);
  } catch (cause) {
    // Firefox 140 throws an object of its own, which says nothing, when the worker was terminated.
    throw new FramesealError('worker-failed', 'was the worker terminated?', {
      cause,
    });
  }
}

/** Sets a transform and keeps it: without one, media flows in the clear. */
function setTransform(end: MediaEnd, transform: RTCRtpScriptTransform): void {
  end.transform = transform;
  sealed.add(end);
  guard(Object.getPrototypeOf(end));
}

/** Makes the setter of senders or receivers refuse to replace our transforms. */
function guard(prototype: object): void {
  const transforms = Object.getOwnPropertyDescriptor(prototype, 'transform');
  if (guarded.has(prototype) || !transforms?.set) return;
  guarded.add(prototype);
  const { set } = transforms;
  Object.defineProperty(prototype, 'transform', {
    ...transforms,
    set(this: MediaEnd, transform: unknown) {
      if (sealed.has(this)) {
        throw new FramesealError(
          'already-protected',
          'a protected end keeps its transform: make another transceiver',
        );
      }
      Reflect.apply(set, this, [transform]);
    },
  });
}

/** The ends that have our transform, and the prototypes that know of them. */
const sealed = new WeakSet<MediaEnd>();
const guarded = new WeakSet();

function encodedStreams(end: MediaEnd): { readable: ReadableStream; writable: WritableStream } {
  try {
    return (end as unknown as EncodedStreamsEnd).createEncodedStreams();
  } catch (cause) {
    throw encodedStreamsDisabled(cause);
  }
}

function encodedStreamsDisabled(cause?: unknown): FramesealError {
  return new FramesealError(
    'encoded-streams-disabled',
    'media could leave in the clear: make the connection with frameseal.connection(), or with ' +
      'encodedInsertableStreams: true',
    { cause },
  );
}

function transforms(): Transport | undefined {
  if (typeof RTCRtpScriptTransform === 'function') return 'script-transform';
  return knowsOption() ? 'encoded-streams' : undefined;
}

/** Whether the browser knows vectors and reference types, without which our module does not load. */
function runsWebAssembly(): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(FEATURES);
}
