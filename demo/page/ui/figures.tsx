import type { Dropped, FramesealStats, TrackStats } from 'frameseal';
import type { Call } from '../call/call.ts';
import type { Counters } from '../call/model.ts';
import { bitsPerSecond, count } from './format.ts';

/** The call in a few figures. */
export function Figures({ call, counters }: { call: Call; counters: Counters | undefined }) {
  const stats = counters?.frameseal;
  const key = call.key.value;
  return (
    <dl class="figures">
      <Figure name="frames-sealed" label="Frames sealed" value={frames(stats, 'send')} />
      <Figure name="frames-opened" label="Frames opened" value={frames(stats, 'receive')} />
      <Figure name="dropped" label="Frames dropped" value={stats && count(dropped(stats))} />
      <Figure name="time-per-frame" label="Time per frame, p50 / p95" value={stats && times(stats)} />
      <Figure
        name="generation"
        label="Key generation, step"
        value={key && `${key.generation}, ${key.step}`}
      />
      <Figure name="engine" label="Engine" value={stats && `WebAssembly, ${stats.transport}`} />
      <Figure name="media" label="Media" value={call.sfu ? `through ${call.sfu}` : 'from browser to browser'} />
      <Figure
        name="rate"
        label="Sent, received"
        value={
          counters &&
          `${bitsPerSecond(counters.sentBitsPerSecond)}, ${bitsPerSecond(counters.receivedBitsPerSecond)}`
        }
      />
      <Figure
        name="round-trip"
        label="Round trip"
        value={counters?.roundTripMs === undefined ? undefined : `${Math.round(counters.roundTripMs)} ms`}
      />
    </dl>
  );
}

function Figure({ name, label, value }: { name: string; label: string; value: string | undefined }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd data-count={name}>{value ?? '–'}</dd>
    </div>
  );
}

function frames(stats: FramesealStats | undefined, direction: TrackStats['direction']): string | undefined {
  return stats && count(sum(stats.tracks.filter((track) => track.direction === direction).map(({ passed }) => passed)));
}

function dropped({ tracks }: FramesealStats): number {
  // What comes twice was not lost: browsers repeat frames of their own accord.
  return sum(tracks.map(({ dropped: { duplicate: _, ...lost } }) => sum(Object.values<number>(lost satisfies Omit<Dropped, 'duplicate'>))));
}

/** The median over all frames, and the slowest track's 95th percentile. */
function times({ tracks }: FramesealStats): string | undefined {
  const busy = tracks.filter(({ passed }) => passed > 0);
  if (busy.length === 0) return undefined;
  const total = sum(busy.map(({ passed }) => passed));
  const p50 = sum(busy.map(({ passed, microseconds }) => passed * microseconds.p50)) / total;
  const p95 = Math.max(...busy.map(({ microseconds }) => microseconds.p95));
  return `${Math.round(p50)} / ${Math.round(p95)} µs`;
}

function sum(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
