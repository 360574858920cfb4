/**
 * What the client tells the worker about key exchange, and the application about the worker.
 *
 * The worker is a mock, and so is what of WebRTC a transform needs: Node has neither. Real ones are
 * put together in the browser tests.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type {
  Frameseal,
  FramesealErrorCode,
  FramesealEventMap,
  FramesealOptions,
  MemberClaim,
} from '../src/client/index.js';
import { FakeWorker, settled } from './fake-worker.js';

// The client reads the browser's features once, when it is loaded.
Object.assign(globalThis, { Worker: FakeWorker, RTCRtpScriptTransform: class {} });
const client = await import('../src/client/index.js');

const OPTIONS: FramesealOptions = { room: 'standup', member: 'alice' };
const FINGERPRINT = 'f0'.repeat(32);
const NUMBER = Array(12).fill('01234').join(' ');

async function open(
  options: Partial<FramesealOptions> = {},
): Promise<{ frameseal: Frameseal; worker: FakeWorker }> {
  const frameseal = await new client.Frameseal({ ...OPTIONS, ...options }).ready;
  return { frameseal, worker: FakeWorker.latest };
}

/** Collects the details of the events of one type. */
function hear<K extends keyof FramesealEventMap>(
  frameseal: Frameseal,
  type: K,
): FramesealEventMap[K]['detail'][] {
  const details: FramesealEventMap[K]['detail'][] = [];
  frameseal.addEventListener(type, ({ detail }) => details.push(detail));
  return details;
}

function hasCode(code: FramesealErrorCode) {
  return (error: unknown) => error instanceof client.FramesealError && error.code === code;
}

test('the secret goes to the worker, and stays with the caller alone', async () => {
  const secret = new Uint8Array(32).fill(7);
  const { worker } = await open({ secret });
  assert.ok(worker.session && 'secret' in worker.session);
  assert.deepEqual(worker.session.secret, secret);
  assert.equal(secret.byteLength, 32);
});

test('what is told before the worker is there reaches it behind the credential, in its order', async () => {
  const frameseal = new client.Frameseal({ ...OPTIONS, credential: async () => [7] });
  frameseal.memberJoined('bob');
  frameseal.receive('bob', [1, 255]);
  const sealed = frameseal.seal([1]);
  assert.throws(() => frameseal.connection(), hasCode('not-ready'));
  assert.equal(await frameseal.ready, frameseal);
  await sealed;
  assert.deepEqual(FakeWorker.latest.requests, [
    ['fingerprint'],
    ['setCredential', Uint8Array.of(7)],
    ['memberJoined', 'bob'],
    ['receive', 'bob', Uint8Array.of(1, 255)],
    ['seal', Uint8Array.of(1), 0],
  ]);
});

test('a session that is closed before it is ready ends its worker, and says so', async () => {
  const frameseal = new client.Frameseal(OPTIONS);
  frameseal.close();
  await assert.rejects(frameseal.ready, hasCode('closed'));
  assert.ok(FakeWorker.latest.closed && FakeWorker.latest.terminated);
  frameseal.memberJoined('bob');
  frameseal.receive('bob', [1]);
  assert.deepEqual(FakeWorker.latest.requests, []);
});

test('a sender alone is protected, once it has a track', async (context) => {
  const { frameseal, worker } = await open();
  context.after(() => frameseal.close());
  const sender = {
    transform: null,
    transport: null,
    track: { kind: 'video' },
    getStats: async () => [],
    getParameters: () => ({ codecs: [] }),
    replaceTrack: async () => {},
  };
  frameseal.protect(sender as unknown as RTCRtpSender, { track: 'screen' });
  assert.ok(sender.transform);
  assert.deepEqual(worker.requests, [['prepare']]);
  const idle = { ...sender, transform: null, track: null };
  assert.throws(() => frameseal.protect(idle as unknown as RTCRtpSender), TypeError);
});

test('roster and messages reach the worker in their order', async () => {
  const { frameseal, worker } = await open();
  const memory = Uint8Array.of(9, 1, 2, 3, 9);
  const message = memory.subarray(1, 4);
  frameseal.memberJoined('bob');
  frameseal.receive('bob', message);
  message.fill(0); // copied
  frameseal.memberLeft('bob');
  assert.deepEqual(worker.requests, [
    ['memberJoined', 'bob'],
    ['receive', 'bob', Uint8Array.of(1, 2, 3)],
    ['memberLeft', 'bob'],
  ]);
});

test('wrong arguments are thrown at once', async () => {
  const { frameseal, worker } = await open();
  const long = 'ä'.repeat(32) + 'a';
  const rejected: [() => unknown, ErrorConstructor][] = [
    [() => frameseal.memberJoined(''), RangeError],
    [() => frameseal.memberJoined(long), RangeError],
    [() => frameseal.memberJoined(7 as unknown as string), TypeError],
    [() => frameseal.memberLeft(long), RangeError],
    [() => frameseal.receive('', new Uint8Array(1)), RangeError],
    [() => frameseal.receive('bob', 'text' as unknown as Uint8Array), TypeError],
    [() => frameseal.receive('bob', { 0: 1 } as unknown as Uint8Array), TypeError],
    [() => frameseal.receive('bob', new Uint8Array(2 ** 24 + 1)), RangeError],
  ];
  for (const [call, error] of rejected) assert.throws(call, error, String(call));
  await assert.rejects(frameseal.safetyNumber(''), RangeError);
  assert.deepEqual(worker.requests, []);
});

test('rotate() ends when a key of that generation or a later one is in use', async () => {
  const { frameseal, worker } = await open();
  const heard = hear(frameseal, 'keychange');
  worker.answers.rotate = 5;
  let done = 0;
  const first = frameseal.rotate().then(() => (done += 1));
  const second = frameseal.rotate().then(() => (done += 1));
  await settled();

  await worker.say({ type: 'keychange', generation: 4, step: 1 });
  assert.equal(done, 0);
  await worker.say({ type: 'keychange', generation: 6, step: 0 });
  assert.equal(done, 2);
  await Promise.all([first, second]);
  assert.deepEqual(heard, [
    { generation: 4, step: 1 },
    { generation: 6, step: 0 },
  ]);
});

test('rotate() ends with the session', async () => {
  for (const [end, code] of [
    [({ frameseal }) => frameseal.close(), 'closed'],
    [({ worker }) => worker.fail(), 'worker-failed'],
  ] as [(opened: Awaited<ReturnType<typeof open>>) => void, FramesealErrorCode][]) {
    const opened = await open();
    opened.worker.answers.rotate = 1;
    const waiting = opened.frameseal.rotate();
    await settled(); // the generation is known, the key not in use
    end(opened);
    await assert.rejects(waiting, hasCode(code), code);
    await assert.rejects(opened.frameseal.rotate(), hasCode(code), code);
  }
});

test('safety numbers and fingerprint are the answers of the worker', async () => {
  const { frameseal, worker } = await open();
  worker.answers = { safetyNumber: NUMBER, fingerprint: FINGERPRINT };
  assert.equal(await frameseal.safetyNumber(), NUMBER);
  assert.equal(await frameseal.safetyNumber('bob'), NUMBER);
  assert.equal(await frameseal.fingerprint(), FINGERPRINT);
  assert.deepEqual(worker.requests, [
    ['safetyNumber', undefined],
    ['safetyNumber', 'bob'],
    ['fingerprint'],
  ]);
});

test('application data is of a stream, and from whom it is expected', async () => {
  const { frameseal, worker } = await open();
  const data = Uint8Array.of(1, 2);
  await frameseal.seal(data);
  await frameseal.seal(data, { stream: 3 });
  await frameseal.open(data);
  await frameseal.open(data, { from: 'bob', stream: 2 });
  assert.deepEqual(worker.requests, [
    ['seal', data, 0],
    ['seal', data, 3],
    ['open', data, 0, undefined],
    ['open', data, 2, 'bob'],
  ]);
  await assert.rejects(frameseal.seal(data, { stream: 4 }), RangeError);
  await assert.rejects(frameseal.open(data, { stream: -1 }), RangeError);
  await assert.rejects(frameseal.open(data, { from: '' }), RangeError);
  assert.equal(worker.requests.length, 4);
});

test('messages are for one member or, named null, for all', async () => {
  const { frameseal, worker } = await open();
  const heard = hear(frameseal, 'message');
  const data = Uint8Array.of(1);
  await worker.say({ type: 'message', data });
  await worker.say({ type: 'message', to: 'bob', data });
  assert.deepEqual(heard, [
    { to: null, data },
    { to: 'bob', data },
  ]);
});

test('members are told with what is known of them', async () => {
  const { frameseal, worker } = await open();
  const heard = hear(frameseal, 'member');
  await worker.say({ type: 'member', id: 'bob', state: 'pending' });
  await worker.say({ type: 'member', id: 'bob', state: 'secured', fingerprint: FINGERPRINT });
  assert.deepEqual(heard, [
    { id: 'bob', state: 'pending' },
    { id: 'bob', state: 'secured', fingerprint: FINGERPRINT },
  ]);
});

test('consent to a recorder is for the key pair that was told, and can be taken back', async () => {
  const { frameseal, worker } = await open();
  const heard = hear(frameseal, 'member');
  const recorder = { id: 'rec', fingerprint: FINGERPRINT, recorder: 'missing' } as const;
  await worker.say({ type: 'member', state: 'secured', ...recorder });
  assert.deepEqual(heard, [{ state: 'secured', ...recorder }]);
  frameseal.consent(heard[0]!);
  frameseal.consent(heard[0]!, false);
  await settled();
  assert.deepEqual(worker.requests, [
    ['consent', 'rec', FINGERPRINT, true],
    ['consent', 'rec', FINGERPRINT, false],
  ]);
  assert.throws(() => frameseal.consent({ id: '' }), RangeError);
});

const CLAIM: MemberClaim = { id: 'bob', fingerprint: FINGERPRINT, credential: Uint8Array.of(1) };

const JUDGEMENTS: [string, NonNullable<FramesealOptions['acceptMember']>, boolean][] = [
  ['true', () => true, true],
  ['false', () => false, false],
  ['a promise of true', () => Promise.resolve(true), true],
  ['a promise of false', () => Promise.resolve(false), false],
  ['what is not quite true', () => 'yes' as unknown as boolean, false],
  ['nothing', () => undefined as unknown as boolean, false],
];

test('acceptMember() decides on members, and only true lets one in', async () => {
  for (const [name, judge, accept] of JUDGEMENTS) {
    const claims: MemberClaim[] = [];
    const { frameseal, worker } = await open({
      acceptMember: (claim) => {
        claims.push(claim);
        return judge(claim);
      },
    });
    const problems = hear(frameseal, 'problem');
    await worker.say({ type: 'verify', ...CLAIM });
    assert.deepEqual(claims, [CLAIM], name);
    const verdict = ['judge', 'bob', FINGERPRINT, accept];
    assert.deepEqual(worker.requests, [verdict], name);
    assert.deepEqual(problems, [], name);
  }
});

test('acceptMember() that throws rejects the member, and says why', async () => {
  const error = new Error('no answer from the server');
  for (const acceptMember of [() => Promise.reject(error), () => assert.fail(error)]) {
    const { frameseal, worker } = await open({ acceptMember });
    const problems = hear(frameseal, 'problem');
    await worker.say({ type: 'verify', ...CLAIM });
    assert.deepEqual(
      worker.requests.map((request) => request[0] === 'judge' && request[3]),
      [false],
    );
    assert.deepEqual(
      problems.map(({ code, member, error }) => ({ code, member, error })),
      [{ code: 'judgement-failed', member: 'bob', error }],
    );
  }
});

test('a judgement that comes after close() is for nobody', async () => {
  let decide = (_: boolean): void => {};
  const { frameseal, worker } = await open({
    acceptMember: () => new Promise((resolve) => (decide = resolve)),
  });
  await worker.say({ type: 'verify', ...CLAIM });
  frameseal.close();
  decide(true);
  await settled();
  assert.deepEqual(worker.requests, []);
});

test('a credential may be made for the fingerprint', async () => {
  const opening = open({ credential: async (fingerprint) => new TextEncoder().encode(fingerprint) });
  FakeWorker.latest.answers.fingerprint = FINGERPRINT;
  const { worker } = await opening;
  assert.deepEqual(worker.requests, [
    ['fingerprint'],
    ['setCredential', new TextEncoder().encode(FINGERPRINT)],
  ]);
});

test('without its credential, nothing begins', async () => {
  const error = new Error('not signed in');
  await assert.rejects(open({ credential: () => Promise.reject(error) }), error);
  assert.ok(FakeWorker.latest.closed && FakeWorker.latest.terminated);
  await assert.rejects(open({ credential: () => new Uint8Array(4097) }), RangeError);
  assert.ok(FakeWorker.latest.closed && FakeWorker.latest.terminated);
});

test('what is of the other way of keys says which one it needs', async () => {
  const key = { keyId: 1, baseKey: new Uint8Array(32) };
  const needs = (keys: string) => (error: unknown) =>
    hasCode('unsupported')(error) && (error as Error).message.includes(`keys: '${keys}'`);

  const { frameseal: exchange, worker } = await open();
  await assert.rejects(exchange.setSendKey(key), needs('manual'));
  await assert.rejects(exchange.addReceiveKey(key), needs('manual'));
  await assert.rejects(exchange.removeReceiveKey(1), needs('manual'));
  assert.deepEqual(worker.requests, []);

  const { frameseal: manual } = await open({ keys: 'manual' });
  assert.throws(() => manual.memberJoined('bob'), needs('exchange'));
  assert.throws(() => manual.memberLeft('bob'), needs('exchange'));
  assert.throws(() => manual.receive('bob', new Uint8Array(1)), needs('exchange'));
  await assert.rejects(manual.rotate(), needs('exchange'));
  await assert.rejects(manual.safetyNumber(), needs('exchange'));
  await assert.rejects(manual.fingerprint(), needs('exchange'));
  assert.deepEqual(FakeWorker.latest.requests, []);
});

test('after the end, the roster has nobody to be told to', async () => {
  const { frameseal, worker } = await open();
  frameseal.close();
  frameseal.memberJoined('bob');
  frameseal.memberLeft('bob');
  frameseal.receive('bob', new Uint8Array(1));
  assert.deepEqual(worker.requests, []);
  await assert.rejects(frameseal.rotate(), hasCode('closed'));
});

test('a problem of the worker is told as it is', async () => {
  const { frameseal, worker } = await open();
  const problems = hear(frameseal, 'problem');
  const known = {
    code: 'message-rejected',
    severity: 'warning',
    hint: 'A key message was of no use: of another room. Give all the same room.',
    reason: 'of another room',
    member: 'bob',
    count: 1,
  } as const;
  await worker.say({ type: 'problem', ...known });
  assert.deepEqual(problems, [known]);
});

test('errors go to the console as long as nobody listens to problems', async (context) => {
  const logged = context.mock.method(console, 'error', () => {});
  const { frameseal, worker } = await open();
  worker.fail();
  assert.equal(logged.mock.callCount(), 1);
  assert.match(String(logged.mock.calls[0]!.arguments[0]), /^Frameseal: worker-failed: The worker stopped/);
  frameseal.close();

  const heard = await open();
  hear(heard.frameseal, 'problem');
  heard.worker.fail();
  assert.equal(logged.mock.callCount(), 1);
});

test('a member is not secured while frames go past the worker, and is again when their end is gone', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  context.mock.method(performance, 'now', () => now);
  const { frameseal, worker } = await open();
  worker.answers = { stats: { pipelines: [], members: [] } };
  const members = hear(frameseal, 'member');
  await worker.say({ type: 'member', id: 'bob', state: 'secured', fingerprint: FINGERPRINT });

  let packetsSent = 0;
  const end = { transform: null, track: { kind: 'audio' }, getParameters: () => ({ codecs: [] }) };
  const sender = { ...end, getStats: async () => [{ type: 'outbound-rtp', packetsSent }] };
  const receiver = { ...end, getStats: async () => [] };
  const transceiver = {
    sender,
    receiver,
    mid: '0',
    direction: 'sendrecv',
    currentDirection: 'sendrecv',
    stop: () => (transceiver.direction = 'stopped'),
  };
  frameseal.protect(transceiver as unknown as RTCRtpTransceiver);
  const pass = async (ms: number, packets = 0) => {
    for (const end = now + ms; now < end; now += 20) {
      packetsSent += packets;
      context.mock.timers.tick(20);
      await settled();
    }
  };
  await pass(300, 1);
  assert.equal(transceiver.direction, 'stopped');
  const reports = worker.requests.filter(([method]) => method === 'report');
  assert.deepEqual(reports.map(([, pipeline, code]) => [pipeline, code]), [[1, 'transform-not-running']]);
  transceiver.currentDirection = 'stopped'; // negotiated
  await pass(1200);
  assert.deepEqual(members.map(({ state }) => state), ['secured', 'bypassed', 'secured']);
  frameseal.close();
});
