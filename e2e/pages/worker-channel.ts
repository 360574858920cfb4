/** Scripts that run beside the package's in the worker, and answer the page. */

import type { Tap } from '../workers/tapped-frame.ts';
import { bytesToBase64 } from './base64.ts';

/** Asks the script that listens on the channel of this name. One question at a time. */
export function ask<Answer>(name: string, question: unknown): Promise<Answer> {
  const channel = new BroadcastChannel(name);
  return new Promise((resolve) => {
    channel.onmessage = ({ data }) => {
      channel.close();
      resolve(data);
    };
    channel.postMessage(question);
  });
}

/** The frames as the worker got and gave them since then; the bytes in base64. */
export async function readTaps(channel: string, since: number): Promise<Tap<string>[]> {
  const asText = (frames: Tap['before']): Tap<string>['before'] =>
    frames.map((frame) => ({ ...frame, data: bytesToBase64(frame.data) }));
  const taps = await ask<Tap[]>(channel, { tapsSince: since });
  return taps.map((tap) => ({ ...tap, before: asText(tap.before), after: asText(tap.after) }));
}
