import type { Direction, Dropped, FramesealStats, MediaKind, TrackStats } from 'frameseal';
import type { Picture } from './call.ts';
import { codecName } from './codecs.ts';

/** The table of what the two workers count, and what holds for the whole call. */
export class Counters {
  readonly #cells: HTMLTableCellElement[][];
  readonly #session: HTMLElement[];

  constructor(body: HTMLTableSectionElement, session: HTMLElement) {
    this.#cells = ROWS.map(({ name }) => {
      const row = body.insertRow();
      const head = row.appendChild(document.createElement('th'));
      head.scope = 'row';
      head.textContent = name;
      return COLUMNS.map(() => row.insertCell());
    });
    this.#session = SESSION.map((name) => {
      const pair = session.appendChild(document.createElement('div'));
      pair.appendChild(document.createElement('dt')).textContent = name;
      return pair.appendChild(document.createElement('dd'));
    });
  }

  show(alice: FramesealStats, bob: FramesealStats, picture: Picture): void {
    const columns = COLUMNS.map(([direction, kind]) =>
      find(direction === 'send' ? alice : bob, direction, kind),
    );
    ROWS.forEach(({ value }, row) => {
      columns.forEach((track, column) => {
        this.#cells[row]![column]!.textContent = track ? value(track) : '–';
      });
    });
    const values = [
      String(alice.sendKeyId ?? 'none'),
      alice.transport,
      `${kibibytes(alice.wasmBytes)} and ${kibibytes(bob.wasmBytes)}`,
      number(picture.decoded),
      number(picture.keyFrameRequests),
    ];
    values.forEach((value, index) => (this.#session[index]!.textContent = value));
  }
}

/** The counters of one direction of the call. */
export function find(
  { tracks }: FramesealStats,
  direction: Direction,
  kind: MediaKind,
): TrackStats | undefined {
  return tracks.find((track) => track.direction === direction && track.kind === kind);
}

const COLUMNS: [Direction, MediaKind][] = [
  ['send', 'video'],
  ['send', 'audio'],
  ['receive', 'video'],
  ['receive', 'audio'],
];

const SESSION = ['Key ID', 'Transport', 'Wasm memory', 'Pictures decoded', 'Key frame requests'];

const ROWS: { name: string; value(track: TrackStats): string }[] = [
  { name: 'Codec', value: ({ codec }) => codecName(codec) || '–' },
  { name: 'Frames seen', value: ({ seen }) => number(seen) },
  { name: 'Sealed, opened', value: ({ passed }) => number(passed) },
  { name: 'Failed authentication', value: ({ dropped }) => number(dropped.authenticationFailed) },
  { name: 'Missing key', value: ({ dropped }) => number(dropped.missingKey) },
  { name: 'Repeated or late', value: ({ dropped }) => number(dropped.duplicate + dropped.late) },
  { name: 'Dropped otherwise', value: ({ dropped }) => number(otherwise(dropped)) },
  { name: 'Bytes a frame', value: added },
  { name: 'Time p50, µs', value: ({ microseconds }) => microsecondsOf(microseconds.p50) },
  { name: 'Time p95, µs', value: ({ microseconds }) => microsecondsOf(microseconds.p95) },
  { name: 'Time p99, µs', value: ({ microseconds }) => microsecondsOf(microseconds.p99) },
];

function otherwise(dropped: Dropped): number {
  const { keyExhausted, malformedFrame, notSealed, stale, unclear, unsupportedCodec, wrongSource } =
    dropped;
  return (
    keyExhausted + malformedFrame + notSealed + stale + unclear + unsupportedCodec + wrongSource
  );
}

/** Bytes that sealing adds, and opening takes away, on average. */
function added({ bytesIn, bytesOut, passed }: TrackStats): string {
  if (passed === 0) return '–';
  const difference = (bytesOut - bytesIn) / passed;
  return `${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(1)}`;
}

function microsecondsOf(value: number): string {
  return value > 0 ? number(Math.round(value)) : '–';
}

function kibibytes(bytes: number): string {
  return `${number(bytes / 1024)} KiB`;
}

function number(value: number): string {
  return value.toLocaleString('en');
}
