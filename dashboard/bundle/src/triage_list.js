// The list of triage: unplaced first, newest first; only the rows in sight exist.
import { h, say } from './dom.js';
import { follow, Ordered } from './ordered.js';
import { categoryWord, chips, placeWords, senderWords } from './popup.js';
import { symbol } from './symbols.js';
import { dayClock } from './time.js';
import { t } from './words.js';

const UNPLACED = 2 ** 43; // above every moment in milliseconds
const SPARE = 6;
const CLOSED = new Set(['done', 'no_action', 'handed_over']);

/** name → which features it lets through. */
export const FILTERS = {
  active: ({ properties: p }) => !CLOSED.has(p.handling) && p.category !== 'normal',
  unplaced: (f) => !f.geometry,
  urgent: ({ properties: p }) => p.priority === 'urgent',
  unverified: ({ properties: p }) => p.certainty === 'unverified',
  not_instructed: ({ properties: p }) => p.type === 'report' && p.handling === 'open' && !p.instructions?.length && p.category !== 'normal',
  check: ({ properties: p }) => p.checks?.length > 0,
  all: () => true,
};

/** What triage lists: reports that stand, and photos that belong to none. */
export function isListed(feature) {
  const p = feature?.properties;
  return (p?.type === 'report' && !p.retracted) || (p?.type === 'photo' && !p.report_id && p.state !== 'refused');
}

/** The virtual list. pick(id) is called when a row is chosen. */
export class List {
  constructor({ node, filters, count, replica, pick }) {
    Object.assign(this, { node, filters, count, replica, pick, order: new Ordered(), filter: 'active', rows: new Map() });
    this.space = h('div', { class: 'triage-space' });
    node.replaceChildren(this.space);
    node.addEventListener('scroll', () => this.#later(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(node);
    this.#chips();
  }

  apply(ids) {
    const anchor = this.#anchor();
    follow(this.order, ids, (id) => this.#key(id));
    for (const id of ids) {
      this.rows.get(id)?.remove();
      this.rows.delete(id);
    }
    this.#hold(anchor);
    this.draw();
  }

  /** Choose a row and bring it into sight. */
  select(id) {
    const before = this.selected;
    this.selected = id;
    const index = this.order.indexOf(id);
    if (index >= 0) this.place = index;
    for (const one of [before, id]) this.rows.get(one)?.setAttribute('aria-selected', String(one === id));
    this.#show(index);
    this.draw();
  }

  /** The id `step` rows from the chosen one; the place is kept when the row left the filter. */
  neighbour(step) {
    const at = this.order.indexOf(this.selected);
    const from = at >= 0 ? at + step : (this.place ?? 0) + (step > 0 ? 0 : step);
    return this.order.ids[Math.min(Math.max(from, 0), this.order.size - 1)];
  }

  draw() {
    const height = this.#rowHeight();
    this.space.style.height = `${this.order.size * height}px`;
    const first = Math.max(0, Math.floor(this.node.scrollTop / height) - SPARE);
    const last = Math.min(this.order.size, Math.ceil((this.node.scrollTop + this.node.clientHeight) / height) + SPARE);
    const wanted = new Set(this.order.ids.slice(first, last));
    for (const [id, row] of this.rows) {
      if (wanted.has(id)) continue;
      row.remove();
      this.rows.delete(id);
    }
    let index = first;
    for (const id of wanted) this.#row(id, index++ * height);
    this.node.dataset.empty = this.order.size ? '' : t('triage.empty');
    say(this.count, t('triage.count', { n: this.order.size.toLocaleString('ja-JP') }));
  }

  #key(id) {
    const feature = this.replica.features.get(id);
    if (!isListed(feature) || !FILTERS[this.filter](feature)) return null;
    const at = Date.parse(feature.properties.recorded_at ?? feature.properties.created_at) || 0;
    return feature.geometry ? at : at + UNPLACED;
  }

  #row(id, top) {
    let row = this.rows.get(id);
    if (!row) {
      row = this.#made(this.replica.features.get(id));
      this.rows.set(id, row);
    }
    row.style.top = `${top}px`;
    if (row.parentNode !== this.space) this.space.append(row);
  }

  #made({ id, geometry, properties: p }) {
    const look = { handling: p.handling, urgent: p.priority === 'urgent', struck: p.certainty === 'false_report' };
    const category = p.type === 'photo' ? 'photo' : p.category;
    return h('div', {
      class: 'triage-row', role: 'option', 'aria-selected': String(id === this.selected), 'data-id': id,
      onclick: () => this.pick(id),
    },
    symbol(category, look),
    h('div', {},
      h('p', { class: 'triage-line' },
        h('strong', {}, categoryWord(p)),
        h('time', {}, dayClock(p.recorded_at ?? p.created_at)),
        h('span', { class: geometry ? '' : 'unplaced' }, geometry ? placeWords(p) : p.place_text || t('place.none')),
        p.photos?.length > 0 && h('span', { class: 'photos' }, t('photo.count', { n: p.photos.length }))),
      h('p', { class: 'triage-line' }, h('span', { class: 'triage-text' }, p.text || p.filename || '—')),
      h('p', { class: 'triage-line small' }, chips(p), h('span', { class: 'sender' }, senderWords(p, this.replica.features)))));
  }

  #chips() {
    const chip = (name) => h('button', {
      type: 'button', class: 'triage-chip', 'aria-pressed': String(name === this.filter), 'data-filter': name,
      onclick: () => this.#choose(name),
    }, t(`filter.${name}`));
    this.filters.replaceChildren(...Object.keys(FILTERS).map(chip));
  }

  #choose(name) {
    this.filter = name;
    for (const chip of this.filters.children) chip.setAttribute('aria-pressed', String(chip.dataset.filter === name));
    const ids = [...this.replica.features.keys()];
    this.order.load(ids.map((id) => [id, this.#key(id)]).filter(([, key]) => key !== null));
    this.node.scrollTop = 0;
    this.draw();
  }

  #later() {
    if (this.pending) return;
    this.pending = requestAnimationFrame(() => { this.pending = 0; this.draw(); });
  }

  // what a person reads must not run away when something arrives above it
  #anchor() {
    const index = Math.floor(this.node.scrollTop / this.#rowHeight());
    return this.node.scrollTop > 0 ? { id: this.order.ids[index], index } : null;
  }

  #hold(anchor) {
    const now = anchor ? this.order.indexOf(anchor.id) : -1;
    if (now < 0 || now === anchor.index) return;
    this.space.style.height = `${this.order.size * this.#rowHeight()}px`;
    this.node.scrollTop += (now - anchor.index) * this.#rowHeight();
  }

  #show(index) {
    if (index < 0) return;
    const height = this.#rowHeight();
    const top = index * height;
    if (top < this.node.scrollTop) this.node.scrollTop = top;
    const over = top + height - this.node.scrollTop - this.node.clientHeight;
    if (over > 0) this.node.scrollTop += over;
  }

  #rowHeight() {
    return 6 * parseFloat(getComputedStyle(document.documentElement).fontSize);
  }
}
