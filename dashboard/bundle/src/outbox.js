// Nothing written on a phone is lost: rows first to the disk, then out, events before files.
import { ApiError, passes } from './api.js';
import { uuid7 } from './ids.js';

const BATCH = 100;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
const MOST_SPOILED = 5;
const KEEP_DONE_MS = 3 * 86_400_000;

/**
 * The outbox of one realm. Rows: {key, type: 'event' | 'file', owner, incidentId, about,
 * state: 'queued' | 'parked' | 'done', tries, error, doneAt} with `event`, or with `photo`
 * ({id, announceId, filename, contentType, size, place}), `sha256`, `url`, `offset`.
 *
 * store: see outbox_store.js · server: {events(incidentId, events) → results,
 * file(row, blob, {told, progress})} · hash(blob) → hex · alone(work): only one page sends.
 */
export class Outbox {
  constructor({ store, server, hash, alone = (work) => work(), now = Date.now, random = Math.random }) {
    Object.assign(this, { store, server, hash, alone, now, random });
    this.rows = [];
    this.progress = new Map(); // key of a file → share sent, 0–1
    this.lastError = null;
    this.failures = 0;
    this.sending = false;
    this.listeners = new Set();
    this.timer = null;
    this.running = null;
    this.stopped = false;
  }

  /** Read what an earlier page left and begin to send it. */
  async start() {
    await this.#reload();
    this.wake();
  }

  on(listener) {
    this.listeners.add(listener);
  }

  /** Rows that still have to go out, of everybody who used this browser. */
  get unsent() {
    return this.rows.filter((row) => row.state === 'queued');
  }

  get parked() {
    return this.rows.filter((row) => row.state === 'parked');
  }

  /**
   * Keep events and photos, all or none; resolves when they are on the disk.
   *
   * events: envelopes without sent_at; files: [{blob, photo}].
   */
  async add({ incidentId, owner, about, events = [], files = [] }) {
    const common = { owner, incidentId, about, state: 'queued', tries: 0, error: null };
    const put = events.map((event) => ({ ...common, key: event.id, type: 'event', event }));
    const blobs = new Map();
    for (const { blob, photo } of files) {
      const key = uuid7(this.now());
      put.push({ ...common, key, type: 'file', photo, at: this.now(), sha256: null, url: null, offset: 0 });
      blobs.set(key, blob);
    }
    await this.store.write({ put, blobs });
    await this.#reload();
    this.failures = 0;
    this.wake();
  }

  /** Try everything again now, the parked too. */
  async retry() {
    const put = this.parked.map((row) => ({ ...row, state: 'queued', error: null, tries: 0, url: null }));
    if (put.length) await this.store.write({ put });
    await this.#reload();
    this.failures = 0;
    this.wake();
  }

  /** Give up one parked row, on the person's word; a file stays known as given up. */
  async discard(key) {
    const row = this.parked.find((one) => one.key === key);
    const gone = { ...row, state: 'done', dismissed: true, doneAt: this.now() };
    if (row?.type === 'file') await this.store.write({ put: [gone], dropBlobs: [key] });
    else await this.store.write({ drop: [key] });
    await this.#reload();
  }

  /** Send now if nothing is being sent; returns when there is nothing more to do. */
  wake() {
    clearTimeout(this.timer);
    this.timer = null;
    if (this.running) this.again = true;
    else this.running = this.#run();
    return this.running;
  }

  /** Send nothing any more; the rows stay for the next page. */
  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  async #run() {
    try {
      do {
        this.again = false;
        await this.alone(() => this.#drain());
      } while (this.again && !this.stopped); // a row came in while the last look was over
    } finally {
      this.running = null;
    }
  }

  async #drain() {
    this.sending = true;
    try {
      for (;;) {
        await this.#reload();
        const step = this.#next();
        if (!step || this.stopped) break;
        await step();
        this.failures = 0;
        this.lastError = null;
      }
      await this.#prune();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#later(error);
    } finally {
      this.sending = false;
      this.#tell();
    }
  }

  #next() {
    const events = this.unsent.filter((row) => row.type === 'event');
    if (events.length) return () => this.#sendEvents(events);
    const files = this.unsent.filter((row) => row.type === 'file');
    const raw = files.find((row) => !row.sha256);
    if (raw) return () => this.#announce(raw);
    files.sort((a, b) => a.tries - b.tries || (a.key < b.key ? -1 : 1));
    return files.length ? () => this.#sendFile(files[0]) : null;
  }

  async #sendEvents(rows) {
    const { incidentId } = rows[0];
    const batch = rows.filter((row) => row.incidentId === incidentId).slice(0, BATCH);
    const sentAt = new Date(this.now()).toISOString();
    const events = batch.map((row) => ({ ...row.event, sent_at: sentAt }));
    const results = await this.#answers(incidentId, events);
    const put = batch.map((row, i) => this.#settled(row, results[i]));
    await this.store.write({ put });
    const failed = results.find((result) => result?.error && passes(result.status));
    if (failed) throw new ApiError(failed.status, failed.error.code, failed.error.message);
  }

  // a refusal of the whole batch must not hold back what is good in it: ask one by one
  async #answers(incidentId, events) {
    try {
      return await this.server.events(incidentId, events);
    } catch (error) {
      if (Array.isArray(error.payload?.results)) return error.payload.results;
      if (error.temporary || error.signedOut || !(error instanceof ApiError)) throw error;
      if (events.length === 1) return [{ status: error.status, error: asError(error) }];
    }
    const results = [];
    for (const event of events) results.push(...(await this.#answers(incidentId, [event])));
    return results;
  }

  #settled(row, result) {
    if (result && !result.error) return { ...row, state: 'done', error: null, doneAt: this.now(), seq: result.seq };
    const error = result?.error ?? { code: 'no_answer', message: '' };
    if (!result || passes(result.status) || result.status === 401) return { ...row, tries: row.tries + 1, error };
    return { ...row, state: 'parked', error };
  }

  async #announce(row) {
    const blob = await this.store.blob(row.key);
    if (!blob) return this.#park(row, { code: 'file_lost', message: '' });
    const sha256 = await this.hash(blob);
    const { photo } = row;
    const body = {
      sha256, size: photo.size, content_type: photo.contentType, filename: photo.filename,
      report_id: row.about, ...(photo.place ? { place: photo.place } : {}),
    };
    const event = {
      id: photo.announceId, kind: 'photo.announced', v: 1, subject_id: photo.id,
      occurred_at: new Date(row.at).toISOString(), person_id: row.owner, body,
    };
    const { owner, incidentId, about } = row;
    const announced = { key: event.id, type: 'event', owner, incidentId, about, event, state: 'queued', tries: 0, error: null };
    return this.store.write({ put: [{ ...row, sha256 }, announced] });
  }

  async #sendFile(row) {
    const blob = await this.store.blob(row.key);
    if (!blob) return this.#park(row, { code: 'file_lost', message: '' });
    let known = row;
    const told = (where) => {
      known = { ...known, ...where };
      return this.store.write({ put: [known] });
    };
    try {
      await this.server.file(row, blob, { told, progress: (n, all) => this.#moved(row.key, n / (all || 1)) });
      await this.store.write({ put: [{ ...known, state: 'done', error: null, doneAt: this.now() }], dropBlobs: [row.key] });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      await this.#fileFailed(known, error);
    } finally {
      this.progress.delete(row.key);
    }
    return undefined;
  }

  async #fileFailed(row, error) {
    if (error.code === 'checksum_mismatch' && row.tries < MOST_SPOILED) {
      await this.store.write({ put: [{ ...row, url: null, tries: row.tries + 1, error: asError(error) }] });
      throw new ApiError(0, error.code, error.message); // spoiled on the way: from the beginning
    }
    if (!error.temporary && !error.signedOut) return this.#park(row, asError(error));
    await this.store.write({ put: [{ ...row, tries: row.tries + 1, error: asError(error) }] });
    throw error;
  }

  #park(row, error) {
    return this.store.write({ put: [{ ...row, state: 'parked', error }] });
  }

  #moved(key, share) {
    this.progress.set(key, share);
    this.#tell();
  }

  #later(error) {
    this.lastError = { ...asError(error), status: error.status, at: this.now() };
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.failures);
    this.failures += 1;
    clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => this.wake(), pause * (0.5 + this.random()));
  }

  async #prune() {
    const old = this.rows.filter((row) => row.state === 'done' && this.now() - row.doneAt > KEEP_DONE_MS);
    if (old.length) await this.store.write({ drop: old.map((row) => row.key) });
  }

  async #reload() {
    this.rows = await this.store.all();
    this.#tell();
  }

  #tell() {
    for (const listener of this.listeners) listener();
  }
}

function asError({ code, message, detail }) {
  return { code, message, detail: detail ?? {} };
}
