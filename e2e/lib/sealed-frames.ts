/** What the taps of a room know of each frame: how it was sealed, and whether it was opened. */

import type { ReplayedFrame, Tap, TappedFrame } from '../workers/messages.ts';

/** A frame that left a member's worker. */
export interface SealedFrame extends ReplayedFrame<Buffer> {
  /** When it came to the worker and when it left, sealed: milliseconds of the system's clock. */
  came: number;
  left: number;
}

/** A frame that the network brought to a member's worker, repeats aside. */
export interface ArrivedFrame extends ReplayedFrame<Buffer> {
  /** When it came, for the first time or again: milliseconds of the system's clock. */
  at: number;
  opened: boolean;
}

/** Every frame that a member sent, to whomever, whose coming the taps saw too. */
export function sealedFrames(taps: Tap<Buffer>[]): SealedFrame[] {
  return taps
    .filter(({ direction }) => direction === 'send')
    .flatMap(({ kind, before, after }) => {
      const encoded = new Map(before.map((frame) => [identity(frame), frame]));
      return after.filter(hasBytes).flatMap(({ at, ...frame }) => {
        const came = encoded.get(identity(frame))?.at;
        return came === undefined ? [] : [{ kind, ...frame, came, left: at }];
      });
    });
}

/** Every frame that came to a member, from whomever. */
export function arrivedFrames(taps: Tap<Buffer>[]): ArrivedFrame[] {
  return taps
    .filter(({ direction }) => direction === 'receive')
    .flatMap(({ kind, before, after }) => {
      const opened = new Set(after.filter(hasBytes).map(identity));
      const unique = new Map(before.filter(hasBytes).map((frame) => [content(frame), frame]));
      return [...unique.values()].map((frame) => ({
        kind,
        ...frame,
        opened: opened.has(identity(frame)),
      }));
    });
}

/** One character per byte, to compare and look up quickly. */
export function content({ data }: { data: Buffer }): string {
  return data.toString('latin1');
}

/** The same before and after the worker: its stream and its place there. */
function identity({ source, timestamp }: Omit<TappedFrame, 'data' | 'at'>): string {
  return `${source} ${timestamp}`;
}

/** Firefox makes empty audio frames where nothing arrived. */
export function hasBytes({ data }: TappedFrame<Buffer>): boolean {
  return data.length > 0;
}
