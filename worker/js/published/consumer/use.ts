/** Uses all that the package exports, as TypeScript applications do. It is compiled, and never run. */

import { Frameseal, FramesealError } from 'frameseal';
import type {
  AttachOptions,
  BlackoutState,
  BytesLike,
  CipherSuite,
  Consent,
  FramesealErrorCode,
  FramesealEventMap,
  FramesealListener,
  FramesealOptions,
  FramesealStats,
  MemberState,
  OpenedData,
  ProblemCode,
  ProtectOptions,
  Severity,
  TrackStats,
  Transport,
} from 'frameseal';
import { install, Installation } from 'frameseal/install.js';
import type { InstallOptions } from 'frameseal/install.js';
import { Negotiation } from 'frameseal/negotiation.js';
import type { NegotiationOptions, NegotiationSignal } from 'frameseal/negotiation.js';

export type * as everything from 'frameseal';
export type Files =
  | typeof import('frameseal/worker.js')
  | typeof import('frameseal/worker.single.js')
  | typeof import('frameseal/frameseal_bg.wasm');

const statement = (id: string, fingerprint: string) =>
  new TextEncoder().encode(JSON.stringify([id, fingerprint]));

export const options = (publicKey: CryptoKey, worker: Worker): Required<FramesealOptions>[] => {
  const suites: CipherSuite[] = ['AES_128_GCM_SHA256_128', 'AES_128_CTR_HMAC_SHA256_32'];
  const [cipherSuite, audioCipherSuite] = suites as [CipherSuite, CipherSuite];
  const exchange = {
    room: 'standup',
    member: 'alice',
    keys: 'exchange',
    secret: crypto.getRandomValues(new Uint8Array(32)),
    recording: 'by-consent',
    slot: 7,
    credential: async (fingerprint: string) => {
      const response = await fetch('/credential', { method: 'POST', body: fingerprint });
      return new Uint8Array(await response.arrayBuffer());
    },
    acceptMember: ({ id, fingerprint, credential }) => {
      const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
      return crypto.subtle.verify(algorithm, publicKey, credential, statement(id, fingerprint));
    },
    rotateEveryMs: 60_000,
    profile: 'frameseal/1',
    cipherSuite,
    audioCipherSuite,
    telephoneEvents: 'refuse',
    worker: '/worker.js',
  } satisfies FramesealOptions;
  const passphrase = { ...exchange, secret: 'five random words', worker };
  const bytes = { ...exchange, credential: new Uint8Array(), acceptMember: () => true };
  return [passphrase, { ...bytes, worker: new URL('https://example.org/worker.js') }];
};

export async function begin(options: FramesealOptions): Promise<Frameseal> {
  const frameseal: Frameseal = new Frameseal(options);
  const same: Frameseal = await frameseal.ready;
  return same;
}

export function connect(frameseal: Frameseal, found: RTCPeerConnection, track: MediaStreamTrack): void {
  const transport: Transport | undefined = Frameseal.transport;
  if (!transport) return;
  const pc = frameseal.connection({ iceServers: [{ urls: 'stun:example.org' }] });
  const late: AttachOptions = { trustTiming: true };
  frameseal.attach(found, late);
  frameseal.attach(new RTCPeerConnection({ iceServers: [], encodedInsertableStreams: true }));
  const received: ProtectOptions = { codec: 'video/VP8', from: 'bob' };
  frameseal.protect(pc.addTransceiver(track), { track: 'screen' });
  frameseal.protect(pc.addTransceiver('video'), received);
  frameseal.protect(pc.getSenders()[0]!);
  frameseal.protect(pc.getReceivers()[0]!, { from: 'bob' });
  void frameseal.explain().then((text) => console.log(text.length));
  frameseal.protect(pc.addTransceiver('audio'));
}

export function listen(frameseal: Frameseal, socket: WebSocket): void {
  frameseal.addEventListener('message', ({ detail: { to, data } }) => {
    socket.send(data);
    socket.send(JSON.stringify({ to: to ?? 'all', data: [...data] }));
  });
  frameseal.addEventListener('member', ({ detail }) => {
    const { id, state, fingerprint, recorder } = detail;
    const known: MemberState = state;
    console.log(id.length, known === 'bypassed', fingerprint?.length);
    const consent: Consent | undefined = recorder;
    if (consent === 'missing') frameseal.consent(detail);
    if (consent === 'given') frameseal.consent(detail, false);
  });
  frameseal.addEventListener('keychange', ({ detail }) => detail.generation + detail.step, {
    once: true,
  });
  frameseal.addEventListener('source', ({ detail }) => {
    const { transceiver, receiver, mid, trackId, member, track } = detail;
    console.log(receiver.track, transceiver?.direction, mid ?? '', trackId.length, member.length);
    console.log(track === 'microphone' || track === 'track-4');
  });
  frameseal.addEventListener('problem', async ({ type, detail }) => {
    const code: ProblemCode = detail.code;
    const severity: Severity = detail.severity;
    console.log(type, code, severity, detail.hint, detail.count + 1, detail.reason?.length);
    const keyId: string | undefined = detail.keyId; // no bigint: details can be JSON
    const state: BlackoutState | undefined = detail.state;
    console.log(state === 'nobody-announced', keyId, detail.error, detail.member, detail.trackId, detail.mid);
  });

  // All that else a listener can be.
  const problem: FramesealListener<'problem'> = { handleEvent: ({ detail }) => detail.hint };
  frameseal.addEventListener('problem', problem, { signal: new AbortController().signal });
  frameseal.removeEventListener('problem', problem, true);
  const any = (event: Event) => console.log(event.type);
  const names: (keyof FramesealEventMap)[] = ['member', 'problem'];
  for (const name of names) frameseal.addEventListener(name, any);
  frameseal.addEventListener('member', function () {
    this.removeEventListener('member', any);
  });
  frameseal.addEventListener('message', null);
  const target: EventTarget = frameseal;
  target.dispatchEvent(new Event('application-made'));
}

export async function exchange(frameseal: Frameseal, message: BytesLike): Promise<void> {
  frameseal.memberJoined('bob');
  frameseal.receive('bob', message);
  frameseal.receive('bob', [1, 2, 3]);
  frameseal.receive('bob', new Uint8Array(3));
  frameseal.receive('bob', new ArrayBuffer(3));
  frameseal.memberLeft('bob');
  await frameseal.rotate();
  const digits = [await frameseal.safetyNumber(), await frameseal.safetyNumber('bob')];
  console.log(digits.join().length, (await frameseal.fingerprint()).length);
  frameseal.close();
}

export async function manualKeys(frameseal: Frameseal, baseKey: Uint8Array): Promise<void> {
  await frameseal.setSendKey({ keyId: 1, baseKey });
  await frameseal.addReceiveKey({ keyId: BigInt(2), baseKey, member: 'bob' });
  await frameseal.removeReceiveKey(2);
}

export async function data(frameseal: Frameseal, channel: RTCDataChannel): Promise<void> {
  const bytes = new Uint8Array(5);
  channel.send(await frameseal.seal(bytes));
  channel.send(await frameseal.seal(bytes, { stream: 3 }));
  channel.addEventListener('message', async (event: MessageEvent<ArrayBuffer>) => {
    const sealed = new Uint8Array(event.data);
    const opened: OpenedData = await frameseal.open(sealed, { from: 'bob', stream: 3 });
    console.log(opened.from.length, new Blob([opened.data]), new TextDecoder().decode(opened.data));
    await crypto.subtle.digest('SHA-256', opened.data);
  });
}

export async function statistics(frameseal: Frameseal): Promise<number> {
  const stats: FramesealStats = await frameseal.stats();
  const sendKeyId: string | undefined = stats.sendKeyId; // no bigint: stats can be JSON
  console.log(JSON.stringify(stats), sendKeyId, stats.generation, stats.step);
  for (const { id, state, fingerprint, recorder, generation, step } of stats.members) {
    console.log(id.length, state === 'secured', fingerprint, recorder, generation, step);
  }
  const frames = ({ seen, passed, empty, webCrypto, dropped }: TrackStats) =>
    seen + passed + empty + webCrypto + dropped.stale + dropped.authenticationFailed;
  const time = ({ microseconds: { p50, p95, p99 }, bytesIn, bytesOut }: TrackStats) =>
    p50 + p95 + p99 + bytesIn + bytesOut;
  const place = ({ mid, trackId, direction, kind, track, member, codec }: TrackStats) =>
    [mid, trackId, direction === 'send', kind === 'video', track, member, codec].join();
  console.log(stats.tracks.map(time), stats.tracks.map(place), stats.transport);
  console.log(stats.wasmBytes + stats.longestSliceMicroseconds + (stats.crossoverBytes ?? 0));
  return stats.tracks.map(frames).reduce((sum, each) => sum + each, 0);
}

/** Each code by its name: a new one must be added here. */
const CODES: Record<FramesealErrorCode, true> = {
  'already-protected': true,
  'authentication-failed': true,
  'closed': true,
  'encoded-streams-disabled': true,
  'invalid-argument': true,
  'invalid-message': true,
  'key-exhausted': true,
  'key-reused': true,
  'missing-key': true,
  'not-ready': true,
  'not-sealed': true,
  'telephone-events-refused': true,
  'unsupported': true,
  'unsupported-browser': true,
  'wrong-source': true,
  'worker-failed': true,
};

export function explain(error: unknown): string {
  if (!(error instanceof FramesealError)) return '';
  const own: Error = new FramesealError('closed', error.message, { cause: error });
  return CODES[error.code] ? `${error.name}: ${own.message}` : '';
}

export function wrap(frameseal: Frameseal, frame: HTMLIFrameElement): Installation {
  const options: InstallOptions = {
    exempt: (configuration) => configuration?.iceServers?.length === 0,
    unclaimed: (pc) => pc.close(),
  };
  const installation: Installation = install(options);
  install().claim(frameseal);
  installation.claim(frameseal, (pc) => pc.connectionState === 'new');
  if (frame.contentWindow) installation.cover(frame.contentWindow as Window & typeof globalThis);
  installation.release(frameseal);
  installation.undo();
  return installation;
}

export async function negotiate(pc: RTCPeerConnection, socket: WebSocket): Promise<number> {
  const send = (signal: NegotiationSignal) => socket.send(JSON.stringify(signal));
  const options: NegotiationOptions = { yields: true, send };
  const negotiation = new Negotiation(pc, options);
  negotiation.change();
  await negotiation.handle({ candidate: null });
  await negotiation.handle({ description: { type: 'offer', sdp: '' } });
  await negotiation.handle({ turn: 'wanted' });
  return negotiation.queued;
}
