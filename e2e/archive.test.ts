/** Records of calls: what a server recorded is opened later by those who have the keys, and by nobody else. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Recorder, RECORDER, type RecordedTrack } from './lib/archive.ts';
import type { BrowserName } from './lib/browsers.ts';
import { pictureNumbers, soundOf } from './lib/decoded.ts';
import { Janus } from './lib/janus.ts';
import type { Meeting } from './lib/meeting.ts';
import { readRecording } from './lib/rtp-recording.ts';
import { beside, group } from './lib/suite.ts';

const BOTH = ['chromium', 'firefox'] as const;
/** Firefox has no H.264 without a plugin that it downloads. */
const CALLS: [codec: string, browsers: BrowserName[]][] = [
  ['VP8', ['chromium', 'firefox', 'chromium']],
  ['H264', ['chromium', 'chromium', 'chromium']],
  ['VP9', ['chromium', 'firefox', 'chromium']],
  ['AV1', ['chromium', 'firefox', 'chromium']],
];
/** Every codec by either way, or else a file of each kind. */
const [BY_SERVER, BY_MEMBER] = process.env['LONG']
  ? [CALLS, CALLS]
  : [CALLS.slice(0, 1), CALLS.slice(1, 2)];

const RECORDED_MS = 20_000;
/** Long enough for some frames of everybody. */
const OUTSIDE_MS = 2000;
/** After a departure, senders have fresh keys 600 ms later at the latest. */
const ROTATED_MS = 1000;
/** Janus writes what it has kept when it ends a recording. */
const WRITTEN_MS = 500;
const LEAST_SHARE = 0.99;
const LEAST_TONE = 0.9;
/** Of `pages/numbered-media.ts`. */
const FRAMES_PER_SECOND = 15;
/** What a killed recorder may have kept in memory. */
const SECOND_MS = 1000;

describe('a recording of Janus', () => {
  const janus = beside(() => Janus.start(), (janus) => janus.stop());
  const app = async () => ({ janus: janus().url });
  group('with the keys that a member kept', { browsers: BOTH, app }, (stage) => {
    for (const [codec, browsers] of BY_SERVER) {
      test(`${codec}: pictures and sound come out, of the recorder's time alone`, async (context) => {
        const [room, secret] = [randomBytes(16).toString('base64url'), randomBytes(32)];
        await stage.meeting({ room, secret, codec, isNumbered: true }, async (call) => {
          await call.joinAll(browsers);
          await call.flows();
          const before = await record(janus(), room, OUTSIDE_MS);
          const recorder = await Recorder.start(`${stage.app.origin}${call.link}`, { keysOnly: true });
          await allow(call);
          const during = await record(janus(), room, RECORDED_MS);
          await recorder.stop();
          await sleep(ROTATED_MS);
          const after = await record(janus(), room, OUTSIDE_MS);

          for (const files of [before, after]) await opensNothing(recorder, files);
          assert.equal(during.size, 2 * browsers.length);
          for (const [name, recording] of during) {
            await opens(context, recorder, name, recording);
          }
          await recorder.remove();
        });
      });
    }
  });
});

describe('a member that records', () => {
  group('from browser to program', { browsers: BOTH, app: {} }, (stage) => {
    for (const [codec, browsers] of BY_MEMBER) {
      test(`${codec}: its files play what it was allowed to have, in time`, async (context) => {
        await stage.meeting({ codec, isNumbered: true }, async (call) => {
          const [alice, bob] = await call.joinAll(browsers);
          await call.flows();
          const recorder = await Recorder.start(`${stage.app.origin}${call.link}`);
          await alice!.allows(RECORDER);
          await sleep(OUTSIDE_MS);
          assert.deepEqual(names(await recorder.tracks()), ['Alice camera', 'Alice microphone']);
          await bob!.allows(RECORDER);
          await sleep(RECORDED_MS);
          await recorder.stop();
          const tracks = await recorder.tracks();
          const expected = ['Alice', 'Bob'].flatMap((name) => [`${name} camera`, `${name} microphone`]);
          assert.deepEqual(names(tracks), expected);
          for (const track of tracks) await plays(context, track, RECORDED_MS);
          await recorder.remove();
        });
      });
    }

    test('killed without a word, it leaves files that play up to the last second', async (context) => {
      await stage.meeting({ codec: 'VP8', isNumbered: true }, async (call) => {
        await call.joinAll(BOTH);
        await call.flows();
        const recorder = await Recorder.start(`${stage.app.origin}${call.link}`);
        await allow(call);
        await sleep(OUTSIDE_MS + RECORDED_MS);
        await recorder.kill();
        const tracks = await recorder.tracks();
        assert.equal(tracks.length, 4);
        for (const track of tracks) await plays(context, track, RECORDED_MS - SECOND_MS);
        await recorder.remove();
      });
    });
  });
});

function names(tracks: readonly RecordedTrack[]): string[] {
  return tracks.map(({ member, track }) => `${member} ${track}`).sort();
}

/** Decodes a file that was recorded, for so long at least. */
async function plays(context: TestContext, { file, track }: RecordedTrack, ms: number): Promise<void> {
  if (track === 'microphone') {
    const { seconds, tone } = await soundOf(file);
    context.diagnostic(`${file}: ${seconds.toFixed(1)} s, ${(100 * tone).toFixed(1)} % tone`);
    assert.ok(seconds > ms / 1000 - 1 && tone > LEAST_TONE, file);
    return;
  }
  const numbers = await pictureNumbers(file);
  const readable = numbers.filter((number) => !Number.isNaN(number));
  const drawn = readable.at(-1)! - readable[0]! + 1;
  context.diagnostic(`${file}: ${readable.length} of ${drawn} pictures that were drawn`);
  assert.ok(rises(readable), `${file} shows ${readable.join()}`);
  assert.ok(readable.length >= LEAST_SHARE * numbers.length, file);
  assert.ok(drawn >= (ms / 1000 - 1) * FRAMES_PER_SECOND, `${file} ends early`);
}

function rises(numbers: readonly number[]): boolean {
  return numbers.every((number, at) => at === 0 || number > numbers[at - 1]!);
}

/** Everybody is asked, and says yes. */
async function allow(call: Meeting): Promise<void> {
  await Promise.all(call.people.map((person) => person.allows(RECORDER)));
}

/** Has Janus record for a while; returns its files, but for those of tracks that nobody uses, such as screens. */
async function record(janus: Janus, room: string, ms: number): Promise<Map<string, Buffer>> {
  const known = await janus.recordings();
  await janus.record(room, true);
  await sleep(ms);
  await janus.stopRecording(room, true);
  await sleep(WRITTEN_MS);
  const files = [...(await janus.recordings())].filter(([name]) => !known.has(name));
  return new Map(files.filter(([, file]) => readRecording(file).length > 0));
}

async function opensNothing(recorder: Recorder, recordings: Map<string, Buffer>): Promise<void> {
  assert.equal(recordings.size, 6, 'sound and pictures of three');
  for (const [name, recording] of recordings) {
    const { files } = await recorder.open(await save(recorder, name, recording));
    assert.deepEqual(files, [], name);
  }
}

async function opens(
  context: TestContext,
  recorder: Recorder,
  name: string,
  recording: Buffer,
): Promise<void> {
  const { files } = await recorder.open(await save(recorder, name, recording));
  assert.equal(files.length, 1, name);
  const frames = new Set(readRecording(recording).map(({ timestamp }) => timestamp)).size;
  if (name.includes('audio')) {
    const { seconds, tone } = await soundOf(files[0]!);
    context.diagnostic(`${name}: ${seconds.toFixed(1)} s of sound, ${(100 * tone).toFixed(1)} % tone`);
    assert.ok(seconds > (LEAST_SHARE * RECORDED_MS) / 1000 - 1 && tone > LEAST_TONE, name);
    return;
  }
  const numbers = await pictureNumbers(files[0]!);
  const readable = numbers.filter((number) => !Number.isNaN(number));
  context.diagnostic(`${name}: ${readable.length} pictures of ${frames} frames`);
  assert.ok(rises(readable), `${name} shows ${readable.join()}`);
  assert.ok(readable.length >= LEAST_SHARE * frames, `${name}: ${readable.length} of ${frames}`);
}

async function save(recorder: Recorder, name: string, recording: Buffer): Promise<string> {
  const path = join(recorder.folder, name);
  await writeFile(path, recording);
  return path;
}
