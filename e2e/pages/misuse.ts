/** Calls of the package that must fail, and how. */

import { Frameseal, FramesealError, type FramesealOptions } from 'frameseal';

/** `TypeError`, `RangeError` or the code of a `FramesealError`; `none` for a call that succeeds. */
export interface Verdict {
  call: string;
  expected: string;
  actual: string;
}

const OPTIONS: FramesealOptions = { room: 'e2e', member: 'alice', keys: 'manual' };
const KEY = new Uint8Array(32).fill(1);
const OTHER_KEY = new Uint8Array(32).fill(2);
const DATA = new TextEncoder().encode('hello');

export async function misuse(): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const expect = async (call: string, expected: string, run: () => unknown): Promise<void> => {
    verdicts.push({ call, expected, actual: await outcome(run) });
  };

  const create = (changes: object) => () => new Frameseal({ ...OPTIONS, ...changes }).ready;
  await expect('a session without a room', 'TypeError', create({ room: undefined }));
  await expect('a session with an empty room', 'RangeError', create({ room: '' }));
  await expect('a session with 257 bytes of room', 'RangeError', create({ room: 'r'.repeat(257) }));
  await expect('a session with a number as member', 'TypeError', create({ member: 7 }));
  await expect(
    'a session with 66 bytes of member',
    'RangeError',
    create({ member: 'é'.repeat(33) }),
  );
  await expect('a session with unknown keys', 'TypeError', create({ keys: 'none' }));
  await expect('a session with an unknown suite', 'TypeError', create({ cipherSuite: 'ROT13' }));
  await expect(
    'a session with an unknown suite of audio',
    'TypeError',
    create({ audioCipherSuite: 'ROT13' }),
  );
  await expect('a session with an unknown profile', 'TypeError', create({ profile: 'frameseal/9' }));
  await expect(
    'a session with a worker that is not there',
    'worker-failed',
    create({ worker: '/none.js' }),
  );

  await expect('an unknown option', 'TypeError', create({ pasword: 'five random words' }));
  const early = new Frameseal(OPTIONS);
  await expect('connection() before ready', 'not-ready', () => early.connection());
  early.close();

  const alice = await new Frameseal(OPTIONS).ready;
  const bob = await new Frameseal({ ...OPTIONS, member: 'bob' }).ready;
  await expect('seal() without a key', 'missing-key', () => alice.seal(DATA));

  const send = (keyId: unknown, baseKey: unknown) => () =>
    alice.setSendKey({ keyId, baseKey } as never);
  await expect('a key ID below 0', 'RangeError', send(-1, KEY));
  await expect('a key ID of 2^24', 'RangeError', send(2 ** 24, KEY));
  await expect('a key ID of 2^24 as a bigint', 'RangeError', send(2n ** 24n, KEY));
  await expect('a key ID that is no integer', 'TypeError', send(1.5, KEY));
  await expect('a key ID that is a string', 'TypeError', send('1', KEY));
  await expect('a key of 15 bytes', 'RangeError', send(1, KEY.subarray(0, 15)));
  await expect('a key of 257 bytes', 'RangeError', send(1, new Uint8Array(257)));
  await expect('a key that is a string', 'TypeError', send(1, 'a key of 16 bytes'));
  await expect('a key', 'none', send(1, KEY));
  await expect('the same key again', 'none', send(1, KEY));
  await expect('another key', 'none', send(2, OTHER_KEY));
  await expect('a key that sealed before', 'key-reused', send(1, KEY));

  const receive = (baseKey: Uint8Array, member?: string) => () =>
    bob.addReceiveKey({ keyId: 2, baseKey, ...(member !== undefined && { member }) });
  await expect('a member without a name', 'RangeError', receive(OTHER_KEY, ''));
  await expect('the send key for a receive key', 'key-reused', () =>
    alice.addReceiveKey({ keyId: 2, baseKey: OTHER_KEY }),
  );

  const sealed = await alice.seal(DATA);
  await expect('open() without the key', 'missing-key', () => bob.open(sealed));
  await expect('a receive key', 'none', receive(OTHER_KEY, 'alice'));
  await expect('open() of what was changed', 'authentication-failed', () =>
    bob.open(flipLastBit(sealed)),
  );
  await expect('open() of nothing', 'not-sealed', () => bob.open(new Uint8Array()));
  await expect('open() of a string', 'TypeError', () => bob.open('hello' as never));
  await expect('open() of stream 4', 'RangeError', () => bob.open(sealed, { stream: 4 }));
  await expect('open() from nobody', 'RangeError', () => bob.open(sealed, { from: '' }));
  await expect('open() of another stream', 'wrong-source', () => bob.open(sealed, { stream: 1 }));
  await expect('open() of another member', 'wrong-source', () =>
    bob.open(sealed, { from: 'carol' }),
  );
  await expect('open()', 'none', async () => {
    const { from, data } = await bob.open(sealed, { from: 'alice' });
    if (from !== 'alice' || new TextDecoder().decode(data) !== 'hello')
      throw new Error('other data');
  });
  await expect('open() of a repeat', 'authentication-failed', () => bob.open(sealed));
  await expect('seal() and open() of another stream', 'none', async () => {
    await bob.open(await alice.seal(DATA, { stream: 3 }), { from: 'alice', stream: 3 });
  });
  await expect('seal() in stream 4', 'RangeError', () => alice.seal(DATA, { stream: 4 }));
  await expect('seal() of what is no bytes', 'TypeError', () => alice.seal([256]));
  await expect('an option that is not known', 'TypeError', () =>
    alice.seal(DATA, { steam: 1 } as object),
  );

  const pc = alice.connection();
  await expect('attach() to nothing', 'TypeError', () => alice.attach(undefined as never));
  const known = 'encodedInsertableStreams' in pc.getConfiguration();
  await expect('attach() without the option', known ? 'encoded-streams-disabled' : 'none', () =>
    alice.attach(new RTCPeerConnection()),
  );
  await expect('attach() again', 'none', () => alice.attach(pc));
  await expect("attach() to another's connection", 'already-protected', () => bob.attach(pc));
  const { sender } = pc.addTransceiver('audio');
  await expect('a transceiver of an attached connection', 'none', () => {
    if (sender.transform === null) throw new Error('the transceiver is not protected');
  });
  await expect('tones, which leave in the clear', 'telephone-events-refused', () =>
    sender.dtmf!.insertDTMF('1'),
  );
  await expect('another transform', 'already-protected', () => (sender.transform = null));
  await expect('protect() of a wrong thing', 'TypeError', () => alice.protect({} as never));
  await expect("protect() of another's transceiver", 'already-protected', () =>
    bob.protect(pc.getTransceivers()[0]!),
  );
  const codec = { codec: 'VP8' };
  await expect('protect() with a codec that is no MIME type', 'TypeError', () =>
    alice.protect(pc.getTransceivers()[0]!, codec),
  );

  alice.close();
  await expect('seal() after close()', 'closed', () => alice.seal(DATA));
  await expect('attach() after close()', 'closed', () => alice.attach(new RTCPeerConnection()));
  await expect('connection() after close()', 'closed', () => alice.connection());
  await expect('stats() after close()', 'closed', () => alice.stats());
  bob.close();
  pc.close();

  const carol = await new Frameseal({ room: 'e2e', member: 'carol' }).ready;
  const dave = await new Frameseal({ ...OPTIONS, member: 'dave' }).ready;
  await expect('setSendKey() in a key exchange', 'unsupported', () =>
    carol.setSendKey({ keyId: 1, baseKey: KEY }),
  );
  await expect('addReceiveKey() in a key exchange', 'unsupported', () =>
    carol.addReceiveKey({ keyId: 1, baseKey: KEY }),
  );
  await expect('memberJoined() with manual keys', 'unsupported', () => dave.memberJoined('carol'));
  await expect('receive() with manual keys', 'unsupported', () => dave.receive('carol', DATA));
  await expect('rotate() with manual keys', 'unsupported', () => dave.rotate());
  await expect('a member without a name', 'RangeError', () => carol.memberJoined(''));
  await expect('a message that is a string', 'TypeError', () =>
    carol.receive('erin', 'hello' as never),
  );
  await expect('a message from a stranger', 'none', () => carol.receive('erin', DATA));
  await expect('the safety number of a stranger', 'missing-key', () => carol.safetyNumber('erin'));
  await expect('rotate() alone', 'none', () => carol.rotate());
  await expect('seal() in a key exchange', 'none', () => carol.seal(DATA));
  carol.close();
  await expect('memberLeft() after close()', 'none', () => carol.memberLeft('erin'));
  await expect('receive() after close()', 'none', () => carol.receive('erin', DATA));
  await expect('rotate() after close()', 'closed', () => carol.rotate());
  dave.close();
  return verdicts;
}

async function outcome(run: () => unknown): Promise<string> {
  try {
    await run();
    return 'none';
  } catch (error) {
    if (error instanceof FramesealError) return error.code;
    return error instanceof Error ? error.name : String(error);
  }
}

function flipLastBit(bytes: Uint8Array): Uint8Array {
  const last = bytes.length - 1;
  return bytes.map((byte, index) => (index === last ? byte ^ 1 : byte));
}
