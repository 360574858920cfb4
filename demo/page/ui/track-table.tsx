import type { FramesealStats, TrackStats } from 'frameseal';
import type { Call } from '../call/call.ts';
import { count } from './format.ts';

/** Everybody's keys, and each track's frames. */
export function TrackTable({ call, stats }: { call: Call; stats: FramesealStats | undefined }) {
  return (
    <section>
      <h3>People</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">Who, what</th>
            <th scope="col">Frames</th>
            <th scope="col">p50, µs</th>
            <th scope="col">p95, µs</th>
          </tr>
        </thead>
        {call.people.value.map(({ id, name, isSelf, keys, link }) => (
          <tbody key={id} data-person={id}>
            <tr class="person-row">
              <th scope="rowgroup" colSpan={4}>
                {name} <span class="hint">{isSelf ? 'you' : personFact(stats, id, keys, link)}</span>
              </th>
            </tr>
            {tracksOf(stats, id, isSelf).map((track, index) => (
              <TrackRow key={index} track={track} />
            ))}
          </tbody>
        ))}
      </table>
    </section>
  );
}

function TrackRow({ track }: { track: TrackStats }) {
  const { codec, kind, passed, microseconds } = track;
  return (
    <tr>
      <th scope="row">
        {track.track ?? kind} <span class="hint">{codec?.split('/')[1] ?? ''}</span>
      </th>
      <td>{count(passed)}</td>
      <td>{Math.round(microseconds.p50)}</td>
      <td>{Math.round(microseconds.p95)}</td>
    </tr>
  );
}

function tracksOf(stats: FramesealStats | undefined, id: string, isSelf: boolean): TrackStats[] {
  const tracks = stats?.tracks.filter(({ passed }) => passed > 0) ?? [];
  return tracks.filter(({ direction, member }) => (isSelf ? direction === 'send' : member === id));
}

function personFact(stats: FramesealStats | undefined, id: string, keys: string, link: string): string {
  const member = stats?.members.find((member) => member.id === id);
  const key = member?.generation === undefined ? '' : `, key ${member.generation}.${member.step ?? 0}`;
  return `${keys}${key}, ${link}`;
}
