// The clusters after any number of single changes are those of a grid built at once.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Grid, project, unproject } from '../../../dashboard/bundle/src/grid.js';

function rng(seed) {
  let s = seed >>> 0;
  return () => {
    s = (s * 1664525 + 1013904223) >>> 0;
    return s / 2 ** 32;
  };
}

const BOX = [142.2, 43.3, 142.9, 43.8];
const shape = (grid, zoom) => grid.clusters(zoom, BOX)
  .map(({ key, n, weights }) => `${key}:${n}:${weights}`).sort();

test('a position survives the way to the plane and back', () => {
  const [lon, lat] = unproject(...project([142.467, 43.5883]));
  assert.ok(Math.abs(lon - 142.467) < 1e-9 && Math.abs(lat - 43.5883) < 1e-9);
});

test('single changes end in the clusters of a grid built at once', () => {
  const random = rng(7);
  const grid = new Grid(64);
  const truth = new Map();
  for (const zoom of [9, 12, 16]) grid.clusters(zoom, BOX); // levels exist before the changes
  for (let i = 0; i < 3000; i += 1) {
    const id = `r${Math.floor(random() * 400)}`;
    if (random() < 0.25) {
      grid.delete(id);
      truth.delete(id);
    } else {
      const at = [142.3 + random() * 0.5, 43.4 + random() * 0.3];
      const weights = [Math.floor(random() * 2), 1];
      grid.set(id, at, weights);
      truth.set(id, [at, weights]);
    }
  }
  const fresh = new Grid(64);
  for (const [id, [at, weights]] of truth) fresh.set(id, at, weights);
  for (const zoom of [9, 12, 16]) assert.deepEqual(shape(grid, zoom), shape(fresh, zoom));
});

test('every point of the box is in exactly one cluster, at every zoom', () => {
  const random = rng(11);
  const grid = new Grid(64);
  for (let i = 0; i < 500; i += 1) grid.set(`p${i}`, [142.3 + random() * 0.5, 43.4 + random() * 0.3], [1, 0]);
  for (let zoom = 8; zoom <= 18; zoom += 1) {
    const clusters = grid.clusters(zoom, BOX);
    const ids = clusters.flatMap((cluster) => grid.ids(cluster));
    assert.equal(new Set(ids).size, 500);
    assert.equal(ids.length, 500);
    assert.equal(clusters.reduce((sum, { weights: [w] }) => sum + w, 0), 500);
  }
});

test('clusters of one zoom do not lie on each other', () => {
  const random = rng(13);
  const grid = new Grid(64);
  for (let i = 0; i < 800; i += 1) grid.set(`p${i}`, [142.45 + random() * 0.04, 43.58 + random() * 0.03], []);
  const scale = 256 * 2 ** 13;
  const at = grid.clusters(13, BOX).map(({ lon, lat }) => project([lon, lat]).map((v) => v * scale));
  let close = 0;
  for (let i = 0; i < at.length; i += 1) {
    for (let j = 0; j < i; j += 1) if (Math.hypot(at[i][0] - at[j][0], at[i][1] - at[j][1]) < 32) close += 1;
  }
  assert.equal(close, 0);
});
