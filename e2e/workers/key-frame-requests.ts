/** Counts the key frames that the script imported next asks for, at either end of a stream. */

import { answer } from './answer.ts';

const METHODS = ['sendKeyFrameRequest', 'generateKeyFrame'] as const;

let requests = 0;

for (const name of METHODS) {
  const method: unknown = Reflect.get(RTCRtpScriptTransformer.prototype, name);
  if (typeof method !== 'function') continue; // Chromium has not both
  const counting = function (this: RTCRtpScriptTransformer, ...args: unknown[]): unknown {
    requests++;
    return Reflect.apply(method, this, args);
  };
  Object.defineProperty(RTCRtpScriptTransformer.prototype, name, { value: counting });
}

answer('key-frame-requests', () => requests);
