import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bestTile, WIDEST, type Size } from '../tile-size.ts';

const GAP = 10;
const SPACES: Size[] = [
  { width: 916, height: 606 },
  { width: 366, height: 590 },
  { width: 1800, height: 200 },
];

test('everybody fits, in whichever space', () => {
  for (const space of SPACES) {
    for (const narrowest of [3 / 4, 1, WIDEST]) {
      for (let count = 1; count <= 8; count++) {
        const { width, height } = bestTile(count, space, narrowest);
        const columns = Math.floor((space.width + GAP) / (width + GAP));
        const rows = Math.ceil(count / columns);
        const what = `${count} of ${width}×${height} in ${space.width}×${space.height}`;
        assert.ok(width > 0 && columns >= 1, what);
        assert.ok(rows * (height + GAP) - GAP <= space.height + 0.001, what);
      }
    }
  }
});

test('no tile is wider than pictures are, or slimmer than they may be cut to', () => {
  for (const space of SPACES) {
    for (let count = 1; count <= 8; count++) {
      const { width, height } = bestTile(count, space, 1);
      assert.ok(width / height <= WIDEST + 0.02 && width / height >= 0.999, `${width}×${height}`);
    }
  }
});

test('a whole picture keeps its shape', () => {
  const { width, height } = bestTile(1, { width: 366, height: 590 }, WIDEST);
  assert.equal(width, 366);
  assert.ok(Math.abs(height - 366 / WIDEST) < 0.001);
});

test('two sit side by side where it is wide, and one above the other where it is high', () => {
  assert.ok(bestTile(2, { width: 916, height: 606 }, 1).width < 916 / 2);
  assert.ok(bestTile(2, { width: 366, height: 590 }, 3 / 4).width > 366 / 2);
});

test('where there is no room, there are no tiles', () => {
  assert.deepEqual(bestTile(3, { width: 0, height: 0 }, 1), { width: 0, height: 0 });
});
