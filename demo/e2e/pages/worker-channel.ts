/** Scripts that run beside the package's in the worker, and answer the page. */

import type { Tap } from '../workers/tapped-frame.ts';
import { bytesToBase64 } from './base64.ts';

/** Asks the script that listens on this channel. One question at a time. */
export function ask<Answer>(channel: BroadcastChannel, question: unknown): Promise<Answer> {
  return new Promise((resolve) => {
    channel.onmessage = ({ data }) => resolve(data);
    channel.postMessage(question);
  });
}

/** The frames as the worker got and gave them since then; the bytes in base64. */
export async function readTaps(channel: BroadcastChannel, since: number): Promise<Tap<string>[]> {
  const asText = (frames: Tap['before']): Tap<string>['before'] =>
    frames.map((frame) => ({ ...frame, data: bytesToBase64(frame.data) }));
  const taps = await ask<Tap[]>(channel, { tapsSince: since });
  return taps.map((tap) => ({ ...tap, before: asText(tap.before), after: asText(tap.after) }));
}
