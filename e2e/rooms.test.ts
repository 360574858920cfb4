/** Rooms whose members make and exchange their own keys: who can see and hear whom, and when. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gather } from './lib/evidence.ts';
import type { Member } from './lib/member.ts';
import type { Room } from './lib/room.ts';
import {
  arrivedFrames,
  content,
  sealedFrames,
  type ArrivedFrame,
  type SealedFrame,
} from './lib/sealed-frames.ts';
import { EACH_AND_MIXED, inBrowsers } from './lib/suite.ts';
import { until } from './lib/until.ts';
import type { Tap } from './workers/messages.ts';

/** After it, who has left opens nothing. */
const LEAVE_MS = 600;
/** The replay window of a stream is older than this. */
const RECENT_MS = 2500;

inBrowsers((bench) => {
  test('three members see, hear and recognize each other', async () => {
    await bench.room(async (room) => {
      const members = await room.join(['alice', 'bob', 'carol']);
      await room.secured();
      await room.flows();
      await assertSafetyNumbers(members);
      await assertDataOpens(members);
      await assertNoProblems(members);
      await room.stop();
      assertNothingForged([...(await room.taps()).values()]);
    });
  });

  test(`who has left opens nothing that is sealed ${LEAVE_MS} ms later`, async (t) => {
    await bench.room(async (room) => {
      const [alice, bob, carol] = (await room.join(['alice', 'bob', 'carol'])) as Three;
      await room.secured();
      await room.flows();
      await pass(RECENT_MS);

      // Carol is told nothing: she keeps her keys, and gets all media and every message.
      const told = await room.leave(carol);
      const atOnce = await arrivals(carol);
      for (const sender of [alice, bob]) {
        const at = told.get(sender.id)!;
        const before = sealedBefore(sealedFrames(await sender.taps()), at);
        // What went to somebody else, she has from a tap on the way: it opens while it is new.
        const elsewhere = before.filter((frame) => !atOnce.has(content(frame)));
        assertMany(await carol.opens(elsewhere), 'sent elsewhere and opened');
      }
      await room.flows(30);
      await pass(2000);

      const hers = await arrivals(carol);
      for (const sender of [alice, bob]) {
        const at = told.get(sender.id)!;
        const sealed = sealedFrames(await sender.taps());
        const before = sealedBefore(sealed, at);
        const after = sealed.filter(({ came }) => came >= at + LEAVE_MS);
        const opened = (frames: SealedFrame[]) =>
          frames.filter((frame) => hers.get(content(frame))?.opened);
        const elsewhere = (frames: SealedFrame[]) =>
          frames.filter((frame) => !hers.has(content(frame)));

        const last = Math.max(...opened(sealed).map(({ left }) => left)) - at;
        t.diagnostic(`${sender.id} sealed the last frame that carol opens after ${last} ms`);
        assertMany(opened(before), 'opened before');
        assertMany(after.filter((frame) => hers.has(content(frame))), 'arrived afterwards');
        assert.equal(opened(after).length, 0);

        assertMany(elsewhere(after), 'sent elsewhere afterwards');
        assert.deepEqual(await carol.opens(after), []);
      }
    });
  });

  for (const order of ['told', 'connected'] as const) {
    test(`who joins, ${order} first, has pictures at once, and none from before`, async (t) => {
      await bench.room(async (room) => {
        const others = await room.join(['alice', 'bob', 'carol']);
        await room.secured();
        await room.flows();
        await pass(RECENT_MS);

        const dave = await room.enter('dave');
        const start = Date.now();
        const told = await enter(room, dave, order);
        await room.secured();
        await room.flows();

        for (const other of others) {
          for (const [here, there] of [[dave, other], [other, dave]] as const) {
            // Before, no picture can be: the media, or the members, do not know each other.
            const ready = Math.max(
              told.get(other.id)!,
              await noted(here, 'connected', there),
              await noted(there, 'connected', here),
            );
            const ms = (await noted(here, 'picture', there)) - ready;
            t.diagnostic(`${here.id} sees ${there.id} after ${ms} ms`);
          }

          const sealed = sealedFrames(await other.taps(start - RECENT_MS));
          const before = sealed.filter(({ left }) => left < start);
          assertMany(before, 'recorded before');
          assert.deepEqual(await dave.opens(before), []);
          await until('dave to open what is recorded now', async () => {
            const now = sealedFrames(await other.taps(Date.now() - 1000));
            return (await dave.opens(now)).length >= 10;
          });
        }
      });
    });
  }
}, { sets: EACH_AND_MIXED });

type Three = [Member, Member, Member];

/** Told before the media flow, or when they have waited longer for keys than any frame is kept. */
async function enter(
  room: Room,
  member: Member,
  first: 'told' | 'connected',
): Promise<Map<string, number>> {
  if (first === 'connected') {
    await room.connect(member);
    await pass(4000);
    return room.announce(member);
  }
  const told = await room.announce(member);
  await room.connect(member);
  return told;
}

/** When something first happened with another member. */
async function noted(
  here: Member,
  what: 'connected' | 'picture',
  there: Member,
): Promise<number> {
  const first = await until(`${here.id} to note: ${what}, ${there.id}`, async () => {
    const happenings = await here.happened(what);
    return happenings.find(({ detail }) => detail.id === there.id);
  });
  return first.at;
}

/** What the network brought to a member, by content. */
async function arrivals(member: Member): Promise<Map<string, ArrivedFrame>> {
  return new Map(arrivedFrames(await member.taps()).map((frame) => [content(frame), frame]));
}

async function assertSafetyNumbers(members: Member[]): Promise<void> {
  const numbers = new Set<string>();
  for (const [index, member] of members.entries()) {
    for (const other of members.slice(index + 1)) {
      const number = await member.session('safetyNumber', other.id);
      assert.match(number, /^\d{5}( \d{5}){11}$/);
      assert.equal(await other.session('safetyNumber', member.id), number);
      numbers.add(number);
    }
  }
  const ofRoom = await Promise.all(members.map((member) => member.session('safetyNumber')));
  assert.equal(new Set(ofRoom).size, 1);
  assert.equal(numbers.add(ofRoom[0]!).size, 4, 'each pair and the room have their own');
}

async function assertDataOpens([first, ...others]: Member[]): Promise<void> {
  const data = Buffer.from('hello');
  const sealed = await first!.session('seal', data);
  for (const other of others) {
    const { from, data: opened } = await other.session('open', sealed, { from: first!.id });
    assert.deepEqual({ from, opened }, { from: first!.id, opened: data });
  }
}

/** Everything that a decoder got was made by an encoder of the others. */
function assertNothingForged(taps: Tap<Buffer>[][]): void {
  for (const kind of ['audio', 'video'] as const) {
    for (const [index, receiver] of taps.entries()) {
      const sender = taps.filter((_, other) => other !== index).flat();
      const { forged, leaks, opened } = gather({ sender, receiver, rtp: [] }, kind);
      assert.deepEqual({ kind, forged, leaks }, { kind, forged: 0, leaks: 0 });
      assert.ok(opened > 15, `${opened} ${kind} frames opened`);
    }
  }
}

/** Keys may come after the first frames; nothing else is to be told. */
async function assertNoProblems(members: Member[]): Promise<void> {
  for (const member of members) {
    const codes = await member.problems();
    assert.deepEqual(codes.filter((code) => code !== 'missing-key'), []);
    assert.deepEqual(member.console, []);
  }
}

/** What a member sealed in the last moments before `at`. */
function sealedBefore(frames: SealedFrame[], at: number): SealedFrame[] {
  return frames.filter(({ left }) => left < at && left > at - RECENT_MS);
}

/** So that what does not open proves something. */
function assertMany(frames: unknown[], what: string): void {
  assert.ok(frames.length >= 50, `only ${frames.length} frames ${what}`);
}

function pass(ms: number): Promise<void> {
  return new Promise((passed) => setTimeout(passed, ms));
}
