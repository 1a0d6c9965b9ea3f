// Who is cut off, in a list: on the wall and beside the map of triage. And the mudflow's clock.
import { counted } from './analysis_words.js';
import { h, say } from './dom.js';
import { countdown, phase, spanWords, windowsOf } from './lahar.js';
import { ago, dayClock } from './time.js';
import { t } from './words.js';

const STATES = ['isolated', 'cut_from_centre', 'undecided'];
const LATE_MS = 10_000; // the worker needs a fraction of a second
const UNMATCHED_MOST = 1;
const collator = new Intl.Collator('ja');

/** The settlements that are cut off, what could not be told, and which reopening helps most. */
export class AccessPanel {
  constructor(node, replica, { most = 8 } = {}) {
    Object.assign(this, { node, replica, most, rows: new Map(), inputs: new Map() });
    setInterval(() => this.#age(), 2000);
  }

  apply(ids) {
    let moved = !this.drawn;
    for (const id of ids) moved = this.#take(id, this.replica.features.get(id)) || moved;
    if (moved) this.#draw();
  }

  #take(id, feature) {
    const type = feature?.properties.type;
    const known = this.rows.delete(id);
    if (type === 'road_closure' || id === 'layer:network') this.#input(id, feature);
    if (type === 'isolated_settlement' && STATES.includes(feature.properties.state)) this.rows.set(id, feature);
    else if (id !== 'isolation') return known;
    return true;
  }

  // what the answer must rest on, and since when this page knows of it
  #input(id, { seq }) {
    if (this.inputs.get(id)?.seq !== seq) this.inputs.set(id, { seq, heard: Date.now() });
  }

  #draw() {
    this.drawn = true;
    const summary = this.replica.features.get('isolation')?.properties;
    const parts = summary ? this.#access(summary) : [h('p', { class: 'access-none' }, t('access.waiting'))];
    this.late = h('p', { class: 'access-doubt access-late' });
    this.node.replaceChildren(this.late, ...parts);
    this.node.classList.toggle('quiet', !this.rows.size);
    this.#age();
  }

  // time, source and 概略 come first: whatever is cut off below, these are read
  #access(summary) {
    const groups = STATES.map((state) => this.#group(state)).filter(Boolean);
    return [this.#source(summary), ...groups, !groups.length && this.#none(summary), ...this.#doubts(summary)].filter(Boolean);
  }

  #none({ failure, outside_known: known, unmatched }) {
    if (failure || !known) return null;
    const whole = !unmatched?.length;
    return h('p', { class: whole ? 'access-none' : 'access-doubt' }, t(whole ? 'access.none' : 'access.none_of_known'));
  }

  #group(state) {
    const found = [...this.rows.values()].map((f) => f.properties).filter((p) => p.state === state);
    if (!found.length) return null;
    found.sort((a, b) => collator.compare(a.name, b.name));
    const more = found.length > this.most ? t('access.more', { n: found.length - this.most }) : '';
    const households = found.reduce((sum, p) => sum + (p.households ?? 0), 0);
    const unknown = found.filter((p) => !Number.isFinite(p.households)).length;
    return h('div', { class: `access-group access-${state}` },
      h('h3', {}, h('b', {}, t(`access.${state}`)), ` ${t('access.places', { n: found.length })}`),
      h('p', {}, `${found.slice(0, this.most).map((p) => p.name).join('・')}${more}`),
      h('small', {}, unknown === found.length ? t('access.households_unknown') : t('access.households_sum', { n: counted(households), unknown })));
  }

  #doubts(summary) {
    const best = summary.freed_by?.[0];
    const lost = summary.unmatched ?? [];
    return [
      summary.failure && t('access.failure', { why: summary.failure }),
      !summary.outside_known && !summary.failure && t('access.no_outside'),
      best?.settlements.length && t('access.best', { road: best.road_name, n: best.settlements.length }),
      ...lost.slice(0, UNMATCHED_MOST).map((u) => t('access.unmatched', { road: u.road_name })),
      lost.length > UNMATCHED_MOST && t('access.unmatched_more', { n: lost.length - UNMATCHED_MOST }),
    ].filter(Boolean).map((text) => h('p', { class: 'access-doubt' }, text));
  }

  #source(summary) {
    const schematic = summary.schematic ? t('access.schematic', { m: summary.uncertainty_m ?? '?' }) : '';
    return h('small', { class: 'access-source' }, `${t('access.as_of', { at: dayClock(summary.as_of) })}　${schematic}`);
  }

  // an answer that does not come must not look like an answer
  #age() {
    const answered = this.replica.features.get('isolation')?.seq ?? 0;
    const waiting = [...this.inputs.values()].filter(({ seq }) => seq > answered).map(({ heard }) => heard);
    const since = Math.min(...waiting);
    const late = waiting.length > 0 && Date.now() - since > LATE_MS;
    say(this.late, late ? t('access.late', { since: ago(since) }) : '');
    this.node.classList.toggle('late', late);
  }
}

/** The clocks that run: each place with its range and countdown, always with assumption and source. */
export class LaharPanel {
  constructor(node, replica) {
    Object.assign(this, { node, replica, clocks: new Map() });
    setInterval(() => this.#tick(), 1000);
  }

  apply(ids) {
    let moved = false;
    for (const id of ids) {
      const feature = this.replica.features.get(id);
      const runs = feature?.properties.type === 'lahar_clock' && feature.properties.state === 'running';
      moved = this.clocks.delete(id) || runs || moved;
      if (runs) this.clocks.set(id, feature);
    }
    if (!moved) return;
    this.node.replaceChildren(...[...this.clocks.values()].map((clock) => this.#clock(clock)));
    this.#tick();
  }

  #clock({ properties: p, ...rest }) {
    const rows = windowsOf({ properties: p, ...rest }).map((row) => h('li', { 'data-from': row.arrives_from, 'data-to': row.arrives_to },
      h('strong', {}, row.place), h('span', {}, spanWords(row)), h('b', {}, '')));
    const w = p.windows;
    return h('div', { class: 'lahar-clock' },
      h('h3', {}, t('lahar.title')), w?.failure ? h('p', {}, w.failure) : h('ul', {}, rows),
      h('small', {}, t('lahar.model')), w && h('small', {}, w.assumption), w && h('small', {}, w.source));
  }

  #tick() {
    for (const li of this.node.querySelectorAll('.lahar-clock li')) {
      const row = { arrives_from: li.dataset.from, arrives_to: li.dataset.to };
      li.className = phase(row);
      say(li.lastChild, countdown(row));
    }
  }
}
