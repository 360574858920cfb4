import type { Channel } from './channel.js';
import { FramesealError } from './errors.js';
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

/** How this browser can run transforms, told by its features alone. */
export const transport: Transport | undefined =
  typeof RTCRtpScriptTransform === 'function'
    ? 'script-transform'
    : typeof RTCRtpSender === 'function' && 'createEncodedStreams' in RTCRtpSender.prototype
      ? 'encoded-streams'
      : undefined;

/** Whether a transform that is not ours is there already. */
export function hasTransform(end: MediaEnd): boolean {
  return 'transform' in end && end.transform !== null;
}

/**
 * Leads the frames of one end through the worker, for the life of that end.
 *
 * @throws whatever the browser throws where it cannot be done.
 */
export function connect(end: MediaEnd, pipeline: Pipeline, channel: Channel): void {
  if (transport === 'script-transform') {
    end.transform = new RTCRtpScriptTransform(channel.worker, pipeline);
    return;
  }
  try {
    const { readable, writable } = (end as unknown as EncodedStreamsEnd).createEncodedStreams();
    channel.stream({ readable, writable, pipeline });
  } catch (cause) {
    throw encodedStreamsDisabled(cause);
  }
}

/**
 * Refuses a connection on which `createEncodedStreams()` would come too late or not at all.
 *
 * Chromium 124 and later can do without the option, in the turn that made the transceiver; with
 * it, no frame passes before the streams exist, so we ask for it.
 */
export function requireEncodedStreams(pc: RTCPeerConnection): void {
  const configuration: RTCConfiguration & { encodedInsertableStreams?: boolean } =
    pc.getConfiguration();
  if (transport === 'encoded-streams' && configuration.encodedInsertableStreams === false) {
    throw encodedStreamsDisabled();
  }
}

function encodedStreamsDisabled(cause?: unknown): FramesealError {
  return new FramesealError(
    'encoded-streams-disabled',
    'this browser needs new RTCPeerConnection({ encodedInsertableStreams: true, ... })',
    { cause },
  );
}
