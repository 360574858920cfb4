import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

/** In CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The size of an element, now and whenever it changes. */
export function useSize(element: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize(entry.contentRect);
    });
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  return size;
}

/**
 * The size of the largest `count` equal tiles that fit into `space`, in rows.
 *
 * @param narrowest width by height of the slimmest tile that pictures may be cut to.
 */
export function bestTile(count: number, space: Size, narrowest: number): Size {
  let best: Size = { width: 0, height: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const cell = {
      width: Math.max(0, space.width - GAP * (columns - 1)) / columns,
      height: Math.max(0, space.height - GAP * (rows - 1)) / rows,
    };
    const width = Math.floor(Math.min(cell.width, cell.height * WIDEST));
    const tile = { width, height: Math.min(cell.height, width / narrowest) };
    if (tile.width * tile.height > best.width * best.height) best = tile;
  }
  return best;
}

/** As in `people.css`. */
const GAP = 10;
/** As cameras and screens are. */
export const WIDEST = 16 / 9;
