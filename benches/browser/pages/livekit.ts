/** Talks to LiveKit's worker as its own client does: `E2EEManager`, which needs a room to do so. */

import { ExternalE2EEKeyProvider, LogLevel, type E2EEWorkerMessage } from 'livekit-client';
import { LIVEKIT_IDENTITY } from './livekit-identity.ts';

/** Prepares the worker; resolves when it has derived its key. */
export async function startLivekit(worker: Worker, key: ArrayBuffer): Promise<void> {
  const keyProviderOptions = new ExternalE2EEKeyProvider().getOptions();
  tell(worker, { kind: 'init', data: { keyProviderOptions, loglevel: LogLevel.warn } });
  await setLivekitKey(worker, key);
  const data = { participantIdentity: LIVEKIT_IDENTITY, enabled: true };
  const enabled = new Promise<void>((resolve) => {
    worker.addEventListener('message', ({ data }: MessageEvent<E2EEWorkerMessage>) => {
      if (data.kind === 'enable') resolve();
    });
  });
  tell(worker, { kind: 'enable', data });
  await enabled;
}

/** Seals and opens with this key from now on. */
export async function setLivekitKey(worker: Worker, key: ArrayBuffer): Promise<void> {
  const provider = new ExternalE2EEKeyProvider();
  await provider.setKey(key);
  for (const { key } of provider.getKeys()) {
    const data = { isPublisher: false, key, updateCurrentKeyIndex: true };
    tell(worker, { kind: 'setKey', data });
  }
}

function tell(worker: Worker, message: E2EEWorkerMessage): void {
  worker.postMessage(message);
}
