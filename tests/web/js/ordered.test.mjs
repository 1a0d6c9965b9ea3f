// The order after any number of changes is that of sorting everything once.
import assert from 'node:assert/strict';
import test from 'node:test';
import { follow, Ordered } from '../../../dashboard/bundle/src/ordered.js';

test('changes keep the order of a sort', () => {
  let seed = 5;
  const random = () => (seed = (seed * 1664525 + 1013904223) >>> 0) / 2 ** 32;
  const ordered = new Ordered();
  const truth = new Map();
  for (let i = 0; i < 4000; i += 1) {
    const id = `r${Math.floor(random() * 300)}`;
    const key = random() < 0.2 ? null : Math.floor(random() * 50);
    if (key === null) truth.delete(id);
    else truth.set(id, key);
    follow(ordered, [id], () => key);
  }
  const sorted = [...truth.keys()].sort((a, b) => truth.get(b) - truth.get(a) || (a < b ? 1 : -1));
  assert.deepEqual(ordered.ids, sorted);
  sorted.forEach((id, place) => assert.equal(ordered.indexOf(id), place));
  assert.equal(ordered.last(), sorted.at(-1));
});

test('a mass of changes gives the same as one by one', () => {
  const keys = new Map(Array.from({ length: 1000 }, (_, i) => [`r${i}`, (i * 7919) % 101]));
  const [mass, single] = [new Ordered(), new Ordered()];
  follow(mass, [...keys.keys()], (id) => keys.get(id));
  for (const id of keys.keys()) follow(single, [id], () => keys.get(id));
  assert.deepEqual(mass.ids, single.ids);
  follow(mass, [...keys.keys()].slice(0, 500), () => null);
  assert.equal(mass.size, 500);
});
