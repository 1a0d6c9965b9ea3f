// Who is cut off, in a list: on the wall and beside the map of triage. And the mudflow's clock.
import { counted } from './analysis_words.js';
import { h, say } from './dom.js';
import { countdown, phase, spanWords, windowsOf } from './lahar.js';
import { dayClock } from './time.js';
import { t } from './words.js';

const STATES = ['isolated', 'cut_from_centre', 'undecided'];
const collator = new Intl.Collator('ja');

/** The settlements that are cut off, what could not be told, and which reopening helps most. */
export class AccessPanel {
  constructor(node, replica, { most = 8 } = {}) {
    Object.assign(this, { node, replica, most, rows: new Map(), clocks: new Map() });
    setInterval(() => this.#tick(), 1000);
  }

  apply(ids) {
    let moved = !this.drawn;
    for (const id of ids) moved = this.#take(id, this.replica.features.get(id)) || moved;
    if (moved) this.#draw();
  }

  #take(id, feature) {
    const type = feature?.properties.type;
    const known = this.rows.delete(id) || this.clocks.delete(id);
    if (type === 'isolated_settlement' && STATES.includes(feature.properties.state)) this.rows.set(id, feature);
    else if (type === 'lahar_clock' && feature.properties.state === 'running') this.clocks.set(id, feature);
    else if (id !== 'isolation') return known;
    return true;
  }

  #draw() {
    this.drawn = true;
    const summary = this.replica.features.get('isolation')?.properties;
    this.node.replaceChildren(...[...this.clocks.values()].map((clock) => this.#clock(clock)), ...this.#access(summary));
    this.node.classList.toggle('quiet', !this.rows.size && !this.clocks.size);
    this.#tick();
  }

  #access(summary) {
    if (!summary) return [h('p', { class: 'access-none' }, t('access.waiting'))];
    const groups = STATES.map((state) => this.#group(state)).filter(Boolean);
    const none = !groups.length && !summary.failure && summary.outside_known && h('p', { class: 'access-none' }, t('access.none'));
    return [...groups, none, ...this.#doubts(summary), this.#source(summary)].filter(Boolean);
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
    return [
      summary.failure && t('access.failure', { why: summary.failure }),
      !summary.outside_known && t('access.no_outside'),
      ...(summary.unmatched ?? []).map((u) => t('access.unmatched', { road: u.road_name })),
      best?.settlements.length && t('access.best', { road: best.road_name, n: best.settlements.length }),
    ].filter(Boolean).map((text) => h('p', { class: 'access-doubt' }, text));
  }

  #source(summary) {
    const schematic = summary.schematic ? t('access.schematic', { m: summary.uncertainty_m ?? '?' }) : '';
    return h('small', { class: 'access-source' }, `${t('access.as_of', { at: dayClock(summary.as_of) })}　${schematic}`);
  }

  #clock(feature) {
    const rows = windowsOf(feature).map((row) => h('li', { 'data-from': row.arrives_from, 'data-to': row.arrives_to },
      h('strong', {}, row.place), h('span', {}, spanWords(row)), h('b', {}, '')));
    const failed = feature.properties.windows?.failure;
    return h('div', { class: 'lahar-clock' },
      h('h3', {}, t('lahar.title')), failed ? h('p', {}, failed) : h('ul', {}, rows),
      h('small', {}, `${t('lahar.model')} ${feature.properties.windows?.assumption ?? ''}`));
  }

  #tick() {
    for (const li of this.node.querySelectorAll('.lahar-clock li')) {
      const row = { arrives_from: li.dataset.from, arrives_to: li.dataset.to };
      li.className = phase(row);
      say(li.lastChild, countdown(row));
    }
  }
}
