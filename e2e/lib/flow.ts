/** Whether media flow between members. */

import type { MediaKind, RtpStats } from '../pages/rtp-stats.ts';
import type { Member } from './member.ts';
import { settled, until } from './until.ts';

/** How many streams of a kind each member receives, by name. */
export type Flow = Record<string, Partial<Record<MediaKind, number>>>;

export interface Flowing {
  /** By default, everybody sees and hears everybody. */
  expected?: Flow | undefined;
  /** Pictures, or packets of sound. */
  frames?: number;
  ms?: number;
}

/** Resolves when every stream that is expected between these has brought so many frames more. */
export async function flows(
  members: readonly Member[],
  { expected = allWays(members), frames = 15, ms }: Flowing = {},
): Promise<void> {
  const before = await received(members);
  await until(`media ${JSON.stringify(expected)}`, async () => {
    const now = await received(members);
    return Object.entries(expected).every(([id, streams]) => {
      const flowing = now.get(id)!.filter((stats) => {
        const same = before.get(id)!.find(({ other, mid }) => other === stats.other && mid === stats.mid);
        return count(stats) - (same ? count(same) : 0) >= frames;
      });
      return Object.entries(streams).every(([kind, wanted]) => {
        return flowing.filter((stats) => stats.kind === kind).length >= wanted;
      });
    });
  }, ms);
}

/** Stops all cameras and microphones; returns what had come when all was there that was under way. */
export async function stop(members: readonly Member[]): Promise<Map<string, RtpStats[]>> {
  await Promise.all(members.map((member) => member.run('stopSending')));
  return settled('what comes', () => received(members));
}

function allWays(members: readonly Member[]): Flow {
  const others = members.length - 1;
  return Object.fromEntries(members.map(({ id }) => [id, { audio: others, video: others }]));
}

/** What each of these receives of the others. */
async function received(members: readonly Member[]): Promise<Map<string, RtpStats[]>> {
  const ids = members.map(({ id }) => id);
  const all = members.map(async (member) => {
    const stats = (await member.received()).filter(({ other }) => ids.includes(other));
    return [member.id, stats] as const;
  });
  return new Map(await Promise.all(all));
}

function count({ kind, frames, packets }: RtpStats): number {
  return kind === 'video' ? frames : packets;
}
