// The replica: what this audience may see of one incident, kept at the log's tip.
import { io } from 'socket.io-client';
import { request, send } from './api.js';
import { Parcels } from './parcels.js';
import { page } from './words.js';

const BLIND_MS = 5000;
const GIVE_UP_MS = 9000;
const AGAIN_MS = 15_000;
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Follow an incident. Returns a replica:
 * features (Map id → feature), position (seq), state ('live' | 'catching_up' | 'blind' |
 * 'offline'), on('change', ids => …) once a frame, on('state', state => …),
 * on('refused', code => …) when the server wants a new sign-in, send(events), close().
 */
export function connect({ prefix = page.prefix, incidentId = page.incidentId, token } = {}) {
  return new Replica({ prefix, incidentId, token });
}

class Replica {
  #listeners = { change: new Set(), state: new Set(), refused: new Set() };
  #dirty = new Set();
  #heard = 0;
  #tried = Date.now();

  constructor({ prefix, incidentId, token }) {
    Object.assign(this, { prefix, incidentId, token, state: 'offline' });
    this.parcels = new Parcels({
      fetchChanges: (after) => this.#changes(after),
      wait,
      changed: (ids) => this.#mark(ids),
    });
    this.socket = this.#open();
    this.timer = setInterval(() => this.#watch(), 500);
    globalThis.addEventListener?.('online', () => this.#again());
  }

  get features() { return this.parcels.features; }

  get position() { return this.parcels.position; }

  on(what, listener) {
    this.#listeners[what].add(listener);
    return () => this.#listeners[what].delete(listener);
  }

  /** Post events; returns one result per event. */
  send(events) {
    return send(this.incidentId, events, { prefix: this.prefix, token: this.token });
  }

  close() {
    this.closed = true;
    clearInterval(this.timer);
    this.socket.close();
  }

  #open() {
    const socket = io(`${this.prefix}/live`, {
      path: '/socket.io', transports: ['websocket'], auth: this.token ? { token: this.token } : {},
      reconnectionDelay: 500, reconnectionDelayMax: 10_000, randomizationFactor: 0.5, timeout: 8000,
    });
    socket.on('connect', () => this.#follow());
    socket.on('parcel', (parcel) => this.#receive(parcel));
    socket.on('connect_error', (error) => {
      if (!socket.active) this.#emit('refused', error?.message ?? 'refused');
    });
    socket.on('disconnect', (reason) => {
      this.#watch();
      // cut by the server (revoked, or going down): the library would not come back by itself
      if (reason === 'io server disconnect') setTimeout(() => this.#again(), 500 + 2000 * Math.random());
    });
    return socket;
  }

  async #follow() {
    const ask = { incident_id: this.incidentId, after: this.position };
    try {
      const answer = await this.socket.timeout(BLIND_MS).emitWithAck('follow', ask);
      if (answer?.ok) this.#receive(null, answer.upto);
      else this.#emit('refused', answer?.error?.code ?? 'refused');
    } catch {
      this.#again(); // no answer in time: the socket only looks open
    }
  }

  #receive(parcel, upto) {
    this.#heard = Date.now();
    const busy = parcel ? this.parcels.receive(parcel) : this.parcels.followed(upto);
    busy?.then(() => this.#watch(), (error) => this.#emit('refused', error.code));
    this.#watch();
  }

  #changes(after) {
    const id = encodeURIComponent(this.incidentId);
    const path = `/api/v1/incidents/${id}/changes?after=${after}&limit=10000`;
    return request('GET', path, { prefix: this.prefix, token: this.token });
  }

  // a browser's socket can look open for 45 s after the network went away
  #watch() {
    const silent = Date.now() - this.#heard;
    const closed = !this.socket.connected;
    if (silent > GIVE_UP_MS && Date.now() - this.#tried > (closed ? AGAIN_MS : GIVE_UP_MS)) {
      this.#again();
    }
    let state = 'live';
    if (closed || globalThis.navigator?.onLine === false) state = 'offline';
    else if (silent > BLIND_MS) state = 'blind';
    else if (this.parcels.fetching) state = 'catching_up';
    if (state !== this.state) this.#emit('state', (this.state = state));
  }

  #again() {
    if (this.closed) return;
    this.#tried = Date.now();
    this.socket.disconnect().connect();
  }

  #mark(ids) {
    if (!this.#dirty.size) this.#nextFrame(() => this.#flush());
    for (const id of ids) this.#dirty.add(id);
  }

  #nextFrame(call) {
    // a hidden page gets no frames, but a phone in the pocket must still answer
    if (globalThis.document?.hidden === false) requestAnimationFrame(call);
    else setTimeout(call, 20);
  }

  #flush() {
    const ids = [...this.#dirty];
    this.#dirty.clear();
    this.#emit('change', ids);
  }

  #emit(what, value) {
    for (const listener of this.#listeners[what]) listener(value);
  }
}
