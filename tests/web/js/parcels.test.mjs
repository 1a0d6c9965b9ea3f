// The parcel rules against a server that loses, repeats and reorders what it pushes.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Parcels } from '../../../dashboard/bundle/src/parcels.js';

function rng(seed) {
  let s = seed >>> 0;
  return () => {
    s = (s * 1664525 + 1013904223) >>> 0;
    return s / 2 ** 32;
  };
}

/** A log of whole features and tombstones; answers changes as the server does. */
class FakeLog {
  constructor() { this.rows = []; this.fetches = 0; }

  get tip() { return this.rows.length; }

  append(id, gone) {
    const seq = this.tip + 1;
    this.rows.push(gone ? { type: 'Tombstone', id, seq } : { type: 'Feature', id, seq, properties: { n: seq } });
  }

  between(after, upto) {
    const last = new Map();
    for (const row of this.rows.slice(after, upto)) last.set(row.id, row);
    return { after, upto, changes: [...last.values()] };
  }

  async fetch(after, limit = 50) {
    this.fetches += 1;
    const upto = Math.min(this.tip, after + limit);
    return { ...this.between(after, upto), more: upto < this.tip };
  }

  board() {
    const board = new Map();
    for (const row of this.rows) {
      if (row.type === 'Tombstone') board.delete(row.id);
      else board.set(row.id, row);
    }
    return board;
  }
}

function client(log, extra = {}) {
  return new Parcels({ fetchChanges: (after) => log.fetch(after), wait: async () => {}, ...extra });
}

test('whatever is lost, repeated or reordered, the replica ends as the log', async () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = rng(seed);
    const log = new FakeLog();
    const parcels = client(log, { random });
    let sent = 0;
    const late = [];
    for (let step = 0; step < 60; step += 1) {
      for (let n = Math.floor(random() * 4); n > 0; n -= 1) {
        log.append(`s${Math.floor(random() * 12)}`, random() < 0.2);
      }
      const parcel = log.between(sent, log.tip);
      sent = log.tip;
      const fate = random();
      if (fate < 0.3) continue; // lost
      if (fate < 0.5) late.push(parcel);
      else parcels.receive(parcel);
      if (fate > 0.8) parcels.receive(structuredClone(parcel));
      if (late.length && random() < 0.4) parcels.receive(late.shift());
      if (random() < 0.3) await parcels.fetching;
    }
    parcels.receive({ after: log.tip, upto: log.tip, changes: [] });
    while (parcels.fetching) await parcels.fetching;
    assert.equal(parcels.position, log.tip, `seed ${seed}`);
    assert.deepEqual([...parcels.features].sort(), [...log.board()].sort(), `seed ${seed}`);
  }
});

test('a parcel already known is dropped, one that continues is applied without a fetch', async () => {
  const log = new FakeLog();
  log.append('a');
  log.append('b');
  const parcels = client(log);
  parcels.receive(log.between(0, 2));
  const [a] = parcels.features.values();
  parcels.receive({ after: 0, upto: 1, changes: [{ type: 'Tombstone', id: 'a', seq: 1 }] });
  assert.equal(parcels.features.get('a'), a);
  assert.equal(log.fetches, 0);
});

test('a gap is fetched once however many parcels come meanwhile', async () => {
  const log = new FakeLog();
  for (let i = 0; i < 10; i += 1) log.append(`s${i}`);
  const parcels = client(log);
  parcels.receive(log.between(5, 6));
  parcels.receive(log.between(6, 8));
  parcels.receive(log.between(8, 10));
  await parcels.fetching;
  assert.equal(log.fetches, 1);
  assert.equal(parcels.position, 10);
});

test('a fetch that fails is tried again until it succeeds', async () => {
  const log = new FakeLog();
  log.append('a');
  let failures = 3;
  const parcels = client(log, {
    fetchChanges: async (after) => {
      failures -= 1;
      if (failures >= 0) throw new Error('network');
      return log.fetch(after);
    },
  });
  await parcels.followed(1);
  assert.equal(parcels.features.size, 1);
});

test('a log restored from an older copy makes the replica begin again', async () => {
  const log = new FakeLog();
  for (let i = 0; i < 5; i += 1) log.append(`s${i}`);
  const parcels = client(log);
  await parcels.followed(5);
  log.rows.length = 2;
  await parcels.followed(2);
  assert.deepEqual([...parcels.features.keys()], ['s0', 's1']);
  assert.equal(parcels.position, 2);
});

test('signed out stops the catch-up and says so once', async () => {
  const parcels = client(new FakeLog(), {
    fetchChanges: async () => { throw Object.assign(new Error('no'), { signedOut: true }); },
  });
  await assert.rejects(parcels.followed(3));
  assert.equal(parcels.fetching, null);
});
