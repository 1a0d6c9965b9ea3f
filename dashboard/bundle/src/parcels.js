// The client's side of the push contract, without a socket: order, gaps, catch-up.

const PAUSE_MS = [1000, 2000, 4000, 8000, 15_000];

/**
 * Holds what the incident looks like, fed by parcels and by fetched changes.
 *
 * fetchChanges(after) answers {after, upto, more, changes}; wait(ms) resolves later;
 * changed(ids) is told which subjects moved; random() spreads clients apart.
 */
export class Parcels {
  constructor({ fetchChanges, wait, changed = () => {}, random = Math.random, spreadMs = 400 }) {
    Object.assign(this, { fetchChanges, wait, changed, random, spreadMs });
    this.features = new Map();
    this.position = 0;
    this.held = [];
    this.fetching = null;
    this.started = false;
  }

  /** Take one parcel: drop it, apply it, or hold it and fetch what is missing. */
  receive(parcel) {
    if (this.fetching) {
      this.held.push(parcel);
    } else if (parcel.after > this.position) {
      this.held.push(parcel);
      this.fetching = this.#catchUp().then(
        () => this.#release(),
        (error) => {
          this.fetching = null;
          this.held = []; // signed out: the next parcel shows the gap again
          throw error;
        },
      );
    } else if (parcel.upto > this.position) {
      this.#apply(parcel);
    }
    return this.fetching;
  }

  /** The server said where its log ends when we began to follow. */
  followed(upto) {
    if (upto < this.position) this.forget(); // the log was restored from an older copy
    return this.receive({ after: upto, upto, changes: [] });
  }

  /** Start again from nothing. */
  forget() {
    const ids = [...this.features.keys()];
    this.features.clear();
    this.position = 0;
    this.changed(ids);
  }

  async #catchUp() {
    // everyone lost the socket at the same moment: do not come back all at once
    if (this.started) await this.wait(this.random() * this.spreadMs);
    this.started = true;
    for (let tries = 0, more = true; more; ) {
      try {
        const page = await this.fetchChanges(this.position);
        this.#apply(page);
        more = page.more && page.upto > page.after;
        tries = 0;
      } catch (error) {
        if (error?.signedOut) throw error;
        const pause = PAUSE_MS[Math.min(tries, PAUSE_MS.length - 1)];
        await this.wait(pause * (0.5 + this.random()));
        tries += 1;
      }
    }
  }

  #release() {
    this.fetching = null;
    const held = this.held.sort((a, b) => a.upto - b.upto);
    this.held = [];
    for (const parcel of held) this.receive(parcel);
  }

  #apply({ upto, changes }) {
    const ids = [];
    for (const change of changes) {
      const known = this.features.get(change.id);
      if (known && known.seq > change.seq) continue;
      if (change.type === 'Tombstone') this.features.delete(change.id);
      else this.features.set(change.id, change);
      ids.push(change.id);
    }
    this.position = Math.max(this.position, upto);
    if (ids.length) this.changed(ids);
  }
}
