/** What a call's servers get to see: who, when and how much, and nothing of what is said. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { AppServer } from './lib/app-server.ts';
import { Bench } from './lib/bench.ts';
import { Janus } from './lib/janus.ts';
import { startNats } from './lib/nats.ts';
import type { Participant } from './lib/participant.ts';
import { TcpProxy, WebProxy } from './lib/proxies.ts';
import { readRecording, vp8Frames, type RtpPacket } from './lib/rtp-recording.ts';
import { keyPair, ratcheted, Secrets } from './lib/secrets.ts';
import { opensWith } from './lib/sframe.ts';
import { shared } from './lib/suite.ts';
import { until } from './lib/until.ts';
import type { Testimony } from './workers/messages.ts';

const BOTH = ['chromium', 'firefox'] as const;
const WORDS = 'for your ears alone';
/** Private keys and fresh base keys have it; nothing else that is drawn does. */
const KEY_LENGTH = 32;
/** Frames of each recording that are looked at. */
const SAMPLE = 30;

/** Lines of session descriptions and candidates: RFC 8866, RFC 8839. */
const SDP = /v=0\r?\n|m=(audio|video|application) |a=(fingerprint|ice-ufrag|candidate)|candidate:/;
const TRACKS = /microphone|camera|screen/i;

test('of a sealed call, servers learn no key, no description, no name and no frame', async (t) => {
  const { relay, nats, janus, sound, pictures, keys, secrets, trackIds } = await record(true);
  t.diagnostic(`relay ${relay.length}, NATS ${nats.length}, Janus ${janus.length} messages`);
  for (const [where, texts] of Object.entries({ relay, nats, janus })) {
    assert.ok(texts.length > 10, `${where} was recorded`);
    assert.deepEqual(texts.filter((text) => secrets.isIn(text)), [], `${where} holds a key`);
    assert.deepEqual(texts.filter((text) => text.includes(WORDS)), [], `${where} holds the chat`);
    assert.deepEqual(texts.filter((text) => TRACKS.test(text)), [], `${where} names a track`);
  }
  for (const [where, texts] of Object.entries({ relay, nats })) {
    assert.deepEqual(texts.filter((text) => SDP.test(text)), [], `${where} holds a description`);
    const named = texts.filter((text) => trackIds.some((id) => text.includes(id)));
    assert.deepEqual(named, [], `${where} names a track`);
  }
  // Whoever forwards media has to know where to and in which codec.
  assert.ok(janus.some((text) => SDP.test(text)));

  assert.equal(sound.length, 2 * SAMPLE);
  const unopened = sound.filter((frame) => !keys.some((key) => opensWith(key, frame)));
  assert.equal(unopened.length, 0, 'sound that no key of a member opens');
  assert.equal(pictures.taken, 2 * SAMPLE);
  assert.equal(pictures.shown, 0, 'pictures that need no key');
});

test('of a call that is not sealed, the same search finds all of that', async () => {
  const { relay, nats, sound, pictures, keys } = await record(false);
  for (const [where, texts] of Object.entries({ relay, nats })) {
    assert.ok(texts.some((text) => SDP.test(text)), `${where} holds descriptions`);
  }
  assert.deepEqual(keys, []);
  assert.equal(sound.length, 2 * SAMPLE);
  assert.ok(pictures.shown > 0, 'there are key frames among the pictures');
});

interface Evidence {
  /** All that was signalled, as it passed and with base64 undone. */
  relay: string[];
  nats: string[];
  janus: string[];
  /** Frames of both members. */
  sound: Buffer[];
  pictures: { taken: number; shown: number };
  /** Every key that a member's frames may be sealed with. */
  keys: Buffer[];
  /** All that nobody else may know. */
  secrets: Secrets;
  /** Of the members' cameras and microphones. */
  trackIds: string[];
}

/** Has two members talk, through everything that there can be between them. */
async function record(isSealed: boolean): Promise<Evidence> {
  const [janus, nats] = await Promise.all([Janus.start(), startNats()]);
  const [toJanus, toNats] = await Promise.all([
    WebProxy.start(janus.url),
    TcpProxy.start(nats.port),
  ]);
  const options = { janus: toJanus.url, nats: `nats://127.0.0.1:${toNats.port}` };
  const bench = new Bench({ browsers: BOTH, app: options });
  await bench.start(shared);
  // A server keeps to itself what its own members say to each other.
  const other = await AppServer.start(options);
  const witness = await scriptOfWitness();
  const proxies = await Promise.all(
    [bench.app, other].map(({ origin }) => WebProxy.start(origin, { '/frameseal.worker.js': witness })),
  );
  try {
    const room = randomBytes(16).toString('base64url');
    const secret = randomBytes(KEY_LENGTH);
    let evidence: Evidence | undefined;
    await bench.meeting({ room, secret, isSealed, codec: 'VP8' }, async (call) => {
      for (const [index, name] of ['Alice', 'Bob'].entries()) {
        await call.join(name, BOTH[index]!, { origin: proxies[index]!.origin });
      }
      const [alice, bob] = call.people as [Participant, Participant];
      await call.seeAndHear();
      await janus.record(room, isSealed);
      await alice.say(WORDS);
      await bob.reads(alice, WORDS);
      if (isSealed) await bob.click('#rotate');

      const { sound, frames } = await until('enough of a recording', async () => {
        const all = await media(janus);
        return all.sound.length >= 2 * SAMPLE && all.frames.length >= 2 * SAMPLE && all;
      });
      const drawn = isSealed
        ? (await Promise.all(call.people.map(drawnBy))).flat()
        : [];
      const pairs = drawn.flatMap((key) => keyPair(key) ?? []);
      const agreements = pairs.flatMap(({ agree }) =>
        pairs.map(({ publicKey }) => agree(publicKey)),
      );
      const keys = [...drawn, ...drawn.flatMap(ratcheted)];
      const trackIds = call.people.map(({ page }) =>
        page.evaluate(() => window.instruments.trackIds()),
      );
      const shown = await bench.run('eavesdropper', 'countPictures', 'vp8', frames);
      evidence = {
        relay: proxies
          .flatMap(({ messages }) => messages)
          .filter(({ path }) => path === '/ws')
          .flatMap(({ text }) => decoded(text)),
        nats: toNats.passed().flatMap((text) => text.split('\r\n')).flatMap(decoded),
        janus: toJanus.messages.map(({ text }) => text),
        sound,
        pictures: { taken: frames.length, shown },
        keys,
        secrets: new Secrets([secret, ...keys, ...agreements]),
        trackIds: (await Promise.all(trackIds)).flat(),
      };
    });
    return evidence!;
  } finally {
    await Promise.all(proxies.map((proxy) => proxy.stop()));
    await Promise.all([bench.stop(), other.stop()]);
    await Promise.all([toJanus.stop(), toNats.stop()]);
    await Promise.all([janus.stop(), nats.stop()]);
  }
}

/** What goes before the worker's script, and learns what that draws. */
async function scriptOfWitness(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('workers/witness.ts', import.meta.url))],
    bundle: true,
    format: 'iife',
    write: false,
  });
  return `${outputFiles[0]!.text}\n`;
}

/** What a member's worker drew that may be a key. */
async function drawnBy({ page }: Participant): Promise<Buffer[]> {
  const random = await page.evaluate(
    (length) =>
      new Promise<number[][]>((resolve) => {
        const channel = new BroadcastChannel('/witness');
        channel.onmessage = ({ data }: MessageEvent<Testimony>) =>
          resolve(data.random.filter((piece) => piece.length === length).map((piece) => [...piece]));
        channel.postMessage('testimony');
      }),
    KEY_LENGTH,
  );
  const keys = random.map((piece) => Buffer.from(piece));
  // Numbers, such as private keys, are drawn with the lowest byte first, and then turned round.
  return [...keys, ...keys.map((key) => Buffer.from(key).reverse())];
}

/** A text, and what there is in it in base64. */
function decoded(text: string): string[] {
  const runs = text.match(/[\w+/-]{24,}={0,2}/g) ?? [];
  return [text, ...runs.map((run) => Buffer.from(run, 'base64').toString('latin1'))];
}

/** The first frames that Janus recorded of each stream. */
async function media(janus: Janus): Promise<{ sound: Buffer[]; frames: Buffer[] }> {
  const sound: Buffer[] = [];
  const frames: Buffer[] = [];
  for (const [name, file] of await janus.recordings()) {
    const packets = inOrder(readRecording(file));
    if (name.includes('audio')) {
      const full = packets.map(({ payload }) => payload).filter(({ length }) => length > 0);
      sound.push(...full.slice(0, SAMPLE));
    } else {
      // The last one may not be complete.
      frames.push(...vp8Frames(packets).slice(0, -1).slice(0, SAMPLE));
    }
  }
  return { sound, frames };
}

/** Packets that are sent again come late, and twice. */
function inOrder(packets: RtpPacket[]): RtpPacket[] {
  const bySequence = new Map(packets.map((packet) => [packet.sequence, packet]));
  return [...bySequence.values()].sort((a, b) => ((a.sequence - b.sequence) << 16) >> 16);
}
