/**
 * Calls of two members in one page, each with a mistake that leaves the picture black: what both are told,
 * and when.
 */

import { Frameseal, type FramesealOptions, type ProblemDetail } from 'frameseal';
import { connect as negotiate } from './connection.ts';
import { makeMedia, openCamera, pause, playAll } from './media.ts';
import { decodedPictures, streams, total } from './rtp-stats.ts';

/** One member of a call. */
export type Name = 'alice' | 'bob';

/** What a member was told, or what a call of its session threw. */
export interface Told extends Partial<Pick<ProblemDetail, 'state' | 'severity' | 'reason' | 'member'>> {
  code: string;
  hint: string;
  /** Seconds from the first packet that came to this member. */
  after: number;
}

/** What came of one member's end. */
export interface End {
  told: Told[];
  /** Pictures that were decoded. */
  decoded: number;
  explained: string;
}

interface Mistake {
  options?: Partial<Record<Name, Partial<FramesealOptions>>>;
  /** Whether a member is told of the other one. */
  announced?: (name: Name) => boolean;
  /** Whether the messages of a member are delivered. */
  delivered?: (name: Name) => boolean;
  /** What the signalling makes of the bytes of a message, and what comes out at the other end. */
  encode?: (data: Uint8Array) => unknown;
  decode?: (data: never) => unknown;
  /** Whom a member's messages are said to be from. */
  from?: (name: Name) => string;
  /** How a member's connection is made. */
  connect?: (name: Name, frameseal: Frameseal) => RTCPeerConnection;
}

const random = (): Uint8Array => crypto.getRandomValues(new Uint8Array(32));
const isAlice = (name: Name): boolean => name === 'alice';
const plain = (): RTCPeerConnection => new RTCPeerConnection();

/** By what was done wrong. */
const MISTAKES: Record<string, Mistake> = {
  'none': {},
  'nobody is announced': { announced: () => false },
  'one side is announced': { announced: isAlice },
  'two pages have one name': { options: { bob: { member: 'alice' } }, from: () => 'alice' },
  'messages are not delivered': { delivered: () => false },
  'messages are delivered one way': { delivered: isAlice },
  'secrets differ': { options: { bob: { secret: random() } } },
  'one has no secret': { options: { bob: { secret: undefined } as object } },
  'rooms differ': { options: { bob: { room: 'Standup' } } },
  'suites differ': { options: { bob: { cipherSuite: 'AES_256_GCM_SHA512_128' } } },
  'JSON of the bytes': { encode: (data) => data, decode: (data) => Uint8Array.from(data) },
  'bytes decoded as text': {
    encode: (data) => new TextDecoder().decode(data),
    decode: (text) => new TextEncoder().encode(text),
  },
  'a string for a message': { decode: (data) => JSON.stringify(data) },
  'an object for a message': { encode: (data) => data },
  'an array for a message': { decode: (data) => data },
  'a buffer for a message': { decode: (data) => Uint8Array.from(data).buffer },
  'another sender is named': { from: () => 'somebody' },
  'the sender in another case': { from: (name) => name.toUpperCase() },
  'the receiver as the sender': { from: (name) => (isAlice(name) ? 'bob' : 'alice') },
  'one side is not attached': { connect: (name, frameseal) => (isAlice(name) ? frameseal.connection() : plain()) },
  'nothing is attached': { connect: plain },
};

/** Makes a call with each mistake, all at once. */
export function calls(mistakes: string[], seconds: number): Promise<Record<Name, End>[]> {
  return Promise.all(mistakes.map((mistake) => call(mistake, seconds)));
}

/** Makes the call with one mistake, and lets it last for some seconds. */
async function call(mistake: string, seconds: number): Promise<Record<Name, End>> {
  const {
    options = {},
    announced = () => true,
    delivered = () => true,
    encode = (data) => [...data],
    decode = (data) => data,
    from = (name) => name,
    connect = (_name, frameseal) => frameseal.connection(),
  }: Mistake = MISTAKES[mistake]!;
  const secret = random();
  const told: Record<Name, Told[]> = { alice: [], bob: [] };
  const begun: Record<Name, number> = { alice: performance.now(), bob: performance.now() };
  const note = (name: Name, what: Omit<Told, 'after'>): void => {
    told[name].push({ ...what, after: performance.now() });
  };

  const sessions = Object.fromEntries(
    NAMES.map((name) => [name, new Frameseal({ room: 'standup', member: name, secret, ...options[name] })]),
  ) as Record<Name, Frameseal>;
  for (const name of NAMES) {
    const [mine, other] = [sessions[name], sessions[OTHER[name]]];
    mine.addEventListener('problem', ({ detail: { code, severity, state, hint, reason, member } }) => {
      note(name, JSON.parse(JSON.stringify({ code, severity, state, hint, reason, member })));
    });
    mine.addEventListener('message', ({ detail: { data } }) => {
      if (!delivered(name)) return;
      const wire = JSON.stringify({ data: encode(data) });
      setTimeout(() => {
        try {
          other.receive(from(name), decode(JSON.parse(wire).data as never) as Uint8Array);
        } catch (error) {
          note(OTHER[name], { code: (error as Error).name, hint: (error as Error).message });
        }
      });
    });
    if (announced(name)) mine.memberJoined(options[OTHER[name]]?.member ?? OTHER[name]);
  }
  await Promise.all(NAMES.map((name) => sessions[name].ready));

  const [alice, bob] = NAMES.map((name) => {
    const pc = connect(name, sessions[name]);
    playAll(pc);
    for (const track of media) pc.addTrack(track);
    return pc;
  }) as [RTCPeerConnection, RTCPeerConnection];
  await negotiate(alice, bob);
  await Promise.all([firstPacket(alice), firstPacket(bob)]).then(([toAlice, toBob]) => {
    Object.assign(begun, { alice: toAlice, bob: toBob });
  });
  await pause(1000 * seconds);

  const ends = await Promise.all(
    NAMES.map(async (name, at): Promise<[Name, End]> => {
      const decoded = await decodedPictures([alice, bob][at]!);
      const since = told[name].map((what) => ({ ...what, after: (what.after - begun[name]) / 1000 }));
      return [name, { told: since, decoded, explained: await sessions[name].explain() }];
    }),
  );
  for (const pc of [alice, bob]) pc.close();
  for (const name of NAMES) sessions[name].close();
  return Object.fromEntries(ends) as Record<Name, End>;
}

/** When the first packet came: pictures that no transform lets through are not counted. */
async function firstPacket(pc: RTCPeerConnection): Promise<number> {
  while (total(await streams(pc, 'inbound-rtp'), 'packetsReceived') === 0) await pause(30);
  return performance.now();
}

/** Of all calls: they are made side by side, so pictures are small and few. */
const camera = openCamera((context, picture) => context.fillRect(picture % 160, 0, 9, 120), {
  width: 160,
  height: 120,
  framesPerSecond: 10,
});
const media = [makeMedia()[0], camera.track];

const NAMES = ['alice', 'bob'] as const;
const OTHER = { alice: 'bob', bob: 'alice' } as const;
