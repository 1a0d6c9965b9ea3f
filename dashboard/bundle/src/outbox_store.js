// Where the outbox lies: IndexedDB, one database a realm. Rows and file bytes are apart,
// so that a list of what waits never reads a photo.

const promised = (ask) => new Promise((done, failed) => {
  ask.onsuccess = () => done(ask.result);
  ask.onerror = () => failed(ask.error);
});

const finished = (tx) => new Promise((done, failed) => {
  tx.oncomplete = () => done();
  tx.onabort = () => failed(tx.error);
  tx.onerror = () => failed(tx.error);
});

/** Open the store of a name such as eoc-real-outbox. */
export async function openStore(name) {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore('items', { keyPath: 'key' });
    opening.result.createObjectStore('blobs');
  };
  return new Store(await promised(opening));
}

class Store {
  constructor(db) {
    this.db = db;
  }

  /** Every row, oldest first (keys are UUIDv7). */
  all() {
    return promised(this.db.transaction('items').objectStore('items').getAll());
  }

  /** The bytes of a file row. */
  blob(key) {
    return promised(this.db.transaction('blobs').objectStore('blobs').get(key));
  }

  /** Put and drop rows and bytes, all or nothing, on the disk when it resolves. */
  async write({ put = [], drop = [], blobs = new Map(), dropBlobs = [] }) {
    const tx = this.db.transaction(['items', 'blobs'], 'readwrite', { durability: 'strict' });
    const [items, bytes] = [tx.objectStore('items'), tx.objectStore('blobs')];
    for (const row of put) items.put(row);
    for (const key of drop) items.delete(key);
    for (const [key, blob] of blobs) bytes.put(blob, key);
    for (const key of [...drop, ...dropBlobs]) bytes.delete(key);
    await finished(tx);
  }
}

/** The same in memory, for tests and for browsers that forbid IndexedDB. */
export class MemoryStore {
  rows = new Map();

  blobs = new Map();

  async all() {
    return [...this.rows.values()].map((row) => structuredClone(row))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  async blob(key) {
    return this.blobs.get(key);
  }

  async write({ put = [], drop = [], blobs = new Map(), dropBlobs = [] }) {
    for (const row of put) this.rows.set(row.key, structuredClone(row));
    for (const key of drop) this.rows.delete(key);
    for (const [key, blob] of blobs) this.blobs.set(key, blob);
    for (const key of [...drop, ...dropBlobs]) this.blobs.delete(key);
  }
}
