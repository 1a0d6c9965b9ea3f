// Ids in descending order of a number, kept by binary search: a change never sorts the mass.

/** A sorted set of ids. Equal numbers are ordered by id, the greater first. */
export class Ordered {
  constructor() {
    this.keys = new Map(); // id → key
    this.ids = [];
  }

  get size() { return this.ids.length; }

  /** Put an id at its place, or move it. Returns whether anything moved. */
  set(id, key) {
    if (this.keys.get(id) === key) return false;
    this.delete(id);
    this.keys.set(id, key);
    this.ids.splice(this.#at(id, key), 0, id);
    return true;
  }

  /** Take an id out. Returns whether it was there. */
  delete(id) {
    const key = this.keys.get(id);
    if (key === undefined) return false;
    this.ids.splice(this.#at(id, key), 1);
    this.keys.delete(id);
    return true;
  }

  /** Replace everything by [[id, key], …], sorting once. */
  load(entries) {
    this.keys = new Map(entries);
    this.ids = [...this.keys.keys()].sort((a, b) => this.keys.get(b) - this.keys.get(a) || (a < b ? 1 : -1));
  }

  /** The place of an id, or -1. */
  indexOf(id) {
    const key = this.keys.get(id);
    return key === undefined ? -1 : this.#at(id, key);
  }

  first(n = 1) { return this.ids.slice(0, n); }

  last() { return this.ids.at(-1); }

  #at(id, key) {
    let [low, high] = [0, this.ids.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.ids[middle];
      const k = this.keys.get(other);
      if (k > key || (k === key && other > id)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Follow the ids of a change: keyOf(id) gives a number, or null for "does not belong". */
export function follow(ordered, ids, keyOf) {
  if (ids.length < 200) {
    for (const id of ids) {
      const key = keyOf(id);
      if (key === null) ordered.delete(id);
      else ordered.set(id, key);
    }
    return;
  }
  const all = new Map(ordered.keys);
  for (const id of ids) {
    const key = keyOf(id);
    if (key === null) all.delete(id);
    else all.set(id, key);
  }
  ordered.load([...all]);
}
