// The panels of the wall. Each keeps its own order, so that a change costs a few elements.
import { h, say } from './dom.js';
import { follow, Ordered } from './ordered.js';
import {
  categoryWord, chips, instructionState, picture, placeWords, reached, senderWords, teamName,
} from './popup.js';
import { symbol } from './symbols.js';
import { ago, dayClock } from './time.js';
import { t } from './words.js';

const PHOTOS = 6;
const INSTRUCTIONS = 4;
const STEPS = ['delivered', 'read', 'acknowledged', 'departed', 'arrived', 'completed'];
const moment = (text) => Date.parse(text) || 0;

/** The newest photos, each with its report's words. */
export class Strip {
  constructor(node, replica) {
    Object.assign(this, { node, replica, order: new Ordered(), shown: new Map() });
  }

  apply(ids, fresh) {
    follow(this.order, ids, (id) => this.#key(id));
    const wanted = this.order.first(PHOTOS);
    for (const [id, card] of this.shown) {
      if (wanted.includes(id)) continue;
      card.node.remove();
      this.shown.delete(id);
    }
    wanted.forEach((id, place) => this.#show(id, place, fresh));
    this.node.classList.toggle('empty', wanted.length === 0);
  }

  #key(id) {
    const p = this.replica.features.get(id)?.properties;
    return p?.type === 'photo' && p.state !== 'refused' ? moment(p.created_at) : null;
  }

  #show(id, place, fresh) {
    const photo = this.replica.features.get(id);
    const report = this.replica.features.get(photo.properties.report_id);
    const look = `${photo.seq}|${report?.seq ?? ''}`;
    let card = this.shown.get(id);
    if (!card || card.look !== look) {
      const node = this.#card(photo, report);
      if (!card && fresh) node.classList.add('eoc-fresh');
      card?.node.replaceWith(node);
      card = { node, look };
      this.shown.set(id, card);
    }
    if (this.node.children[place] !== card.node) this.node.insertBefore(card.node, this.node.children[place] ?? null);
  }

  #card(photo, report) {
    const p = (report ?? photo).properties;
    return h('figure', { class: 'wall-photo', 'data-photo': photo.id },
      picture(photo, '320', { class: 'wall-picture' }),
      h('figcaption', {},
        h('strong', {}, symbol(report ? p.category : 'photo', {}), categoryWord(p)),
        h('span', { class: 'wall-where' }, placeWords(p)),
        h('span', { class: 'wall-when' }, dayClock(photo.properties.taken_at ?? photo.properties.created_at)),
        h('span', { class: 'wall-who' }, senderWords(p, this.replica.features))));
  }
}

/** The newest instructions and how far each has come. */
export class Instructions {
  constructor(node, replica) {
    Object.assign(this, { node, replica, order: new Ordered(), look: null });
  }

  apply(ids) {
    follow(this.order, ids, (id) => {
      const p = this.replica.features.get(id)?.properties;
      return p?.type === 'instruction' ? moment(p.created_at) : null;
    });
    const rows = this.order.first(INSTRUCTIONS).map((id) => this.replica.features.get(id));
    const look = rows.map(({ id, seq }) => `${id}${seq}`).join();
    if (look === this.look) return;
    this.look = look;
    const none = h('li', { class: 'none' }, t('wall.no_instructions'));
    this.node.replaceChildren(...(rows.length ? rows.map((row) => this.#row(row)) : [none]));
  }

  #row({ id, properties: p }) {
    const far = reached(p);
    const waiting = far < reached({ state: 'acknowledged' });
    return h('li', { class: waiting ? 'waiting' : p.state, 'data-instruction': id },
      h('div', { class: 'wall-order' }, h('strong', {}, teamName(p.team, this.replica.features)), h('span', {}, p.words)),
      h('div', { class: 'wall-steps' },
        STEPS.map((step) => h('i', { class: reached({ state: step }) <= far && p.state !== 'withdrawn' ? 'on' : '' })),
        h('b', { class: p.calls?.includes('support_requested') ? 'call' : '' }, instructionState(p)),
        h('time', {}, dayClock(p.created_at))));
  }
}

/** The report that has waited longest for an instruction. */
export class Oldest {
  constructor(node, replica) {
    Object.assign(this, { node, replica, order: new Ordered(), look: '' });
    setInterval(() => this.#age(), 5000);
  }

  apply(ids) {
    follow(this.order, ids, (id) => {
      const p = this.replica.features.get(id)?.properties;
      return p?.type === 'report' && waits(p) ? moment(p.recorded_at) : null;
    });
    const report = this.replica.features.get(this.order.last());
    const look = report ? `${report.id}${report.seq}|${this.order.size}` : '';
    if (look === this.look && this.drawn) return;
    Object.assign(this, { look, report, drawn: true });
    this.node.replaceChildren(...(report ? this.#words(report) : [h('p', { class: 'wall-none' }, t('wall.none_waits'))]));
    this.#age();
  }

  #words({ properties: p }) {
    return [
      h('p', { class: 'wall-age', id: 'wall-age' }),
      h('p', { class: 'wall-what' }, symbol(p.category, { urgent: p.priority === 'urgent' }), h('strong', {}, categoryWord(p)), h('span', {}, placeWords(p))),
      p.text && h('p', { class: 'wall-text' }, p.text),
      chips(p),
    ].filter(Boolean);
  }

  #age() {
    if (!this.report) return;
    const since = ago(this.report.properties.recorded_at);
    say(this.node.querySelector('.wall-age'), t('wall.waits', { since, n: this.order.size }));
  }
}

function waits(p) {
  return p.handling === 'open' && p.category !== 'normal' && !p.retracted && !p.instructions?.length;
}

/** The numbers. The server counts; the wall only writes them down. */
export class Counts {
  constructor(node, replica) {
    Object.assign(this, { node, replica });
  }

  apply(ids) {
    for (const id of ids) {
      if (!id.startsWith('measure:')) continue;
      const cell = this.node.querySelector(`[data-measure="${CSS.escape(id.slice(8))}"] b`);
      const value = this.replica.features.get(id)?.properties?.value;
      say(cell, value === undefined ? '—' : value.toLocaleString('ja-JP'));
      cell?.classList.toggle('long', value > 999);
      cell?.parentElement.classList.toggle('zero', value === 0);
    }
  }
}

