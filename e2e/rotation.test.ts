/** New keys again and again, while media run: nobody sees or hears it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Member } from './lib/member.ts';
import { arrivedFrames, sealedFrames } from './lib/sealed-frames.ts';
import { EACH_AND_MIXED, inBrowsers } from './lib/suite.ts';
import { settled } from './lib/until.ts';

/** A minute of them; or enough to show a fault of the kind. */
const ROTATIONS = process.env['LONG'] ? 50 : 20;
const EVERY_MS = 1200;

/** Frames that a receiver is right to drop: it has had them, or browsers resend them too late. */
const HARMLESS = ['duplicate', 'late'];

inBrowsers((bench) => {
  test(`${ROTATIONS} rotations, 50 a minute, lose no frame`, async (t) => {
    await bench.room(async (room) => {
      const members = await room.join(['alice', 'bob', 'carol']);
      await room.secured();
      await room.flows();
      const before = await settled('drops and key-frame requests', () =>
        Promise.all(members.map(counts)),
      );
      const start = Date.now();
      const each = Math.round(median(await rotateOften(members)));
      t.diagnostic(`${Date.now() - start} ms, each rotation ${each} ms`);
      await room.flows();
      await room.stop();
      const after = await Promise.all(members.map(counts));

      for (const [index, member] of members.entries()) {
        const changes = await member.happened('keychange');
        const generations = new Set(changes.map(({ detail }) => detail.generation));
        assert.ok(generations.size >= ROTATIONS, `${member.id} used ${generations.size} keys`);
        assert.deepEqual(after[index], before[index], `${member.id}: drops, key-frame requests`);

        const taps = await member.taps();
        const arrived = arrivedFrames(taps).filter(({ at }) => at >= start);
        const closed = arrived.filter(({ opened }) => !opened);
        assert.ok(arrived.length > 20 * ROTATIONS, `${arrived.length} frames came to ${member.id}`);
        assert.equal(closed.length, 0, `frames that ${member.id} did not open`);
        t.diagnostic(
          `${member.id}: ${generations.size} generations, ` +
            `${sealedFrames(taps).length} frames sealed, ${arrived.length} opened`,
        );
      }
    });
  });
}, { sets: EACH_AND_MIXED });

/**
 * All members rotate again and again, at a steady pace; returns how many ms each rotation took.
 *
 * The pace is set here: the timers of pages that are hidden are late in Firefox.
 */
async function rotateOften(members: Member[]): Promise<number[]> {
  const rotations: Promise<number>[] = [];
  for (let rotation = 0; rotation < ROTATIONS; rotation++) {
    rotations.push(...members.map(rotate));
    await new Promise((later) => setTimeout(later, EVERY_MS));
  }
  return Promise.all(rotations);
}

async function rotate(member: Member): Promise<number> {
  const start = performance.now();
  await member.session('rotate');
  return performance.now() - start;
}

/** What must stay as it is. */
async function counts(member: Member): Promise<Record<string, number>> {
  const { tracks } = await member.session('stats');
  const drops: Record<string, number> = {};
  for (const { dropped } of tracks) {
    for (const [reason, count] of Object.entries(dropped)) {
      if (!HARMLESS.includes(reason)) drops[reason] = (drops[reason] ?? 0) + count;
    }
  }
  return {
    ...drops,
    requestsReceived: await requestsReceived(member),
    requestsMade: await member.keyFrameRequestsMade(),
  };
}

/** Key frames that others asked of a member, as its browser counts them. */
async function requestsReceived(member: Member): Promise<number> {
  const sent = (await member.run('counters')).filter(({ direction }) => direction === 'send');
  return sent.reduce((sum, { keyFrameRequests }) => sum + keyFrameRequests, 0);
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
}
