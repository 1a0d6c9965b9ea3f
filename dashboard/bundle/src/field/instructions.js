// Instructions to my team: urgent first, unread big, and six stamps for an answer.
import { h, say } from '../dom.js';
import { ago, dayClock } from '../time.js';
import { page, t } from '../words.js';
import { keyed } from './keyed.js';
import { keepStamp } from './outgoing.js';

export const STAMPS = ['acknowledged', 'departed', 'arrived', 'completed', 'support_requested', 'found_normal'];
const OVER = new Set(['completed', 'withdrawn']);
const URGENCY = { urgent: 0, high: 1 };

export class Instructions {
  constructor(outbox, position, { said }) {
    Object.assign(this, { outbox, position, said, replica: null });
    this.pressed = new Set(); // what this page already asked for, before the outbox tells
  }

  /** Instructions to my team as they stand, with what still waits on this phone. */
  all() {
    const rows = [];
    for (const feature of this.replica?.features.values() ?? []) {
      const p = feature.properties;
      if (p.type !== 'instruction' || !page.me.team || p.team !== page.me.team) continue;
      const times = { ...p.times, ...this.#waiting(feature.id) };
      const report = this.replica.features.get(p.report_id)?.properties ?? null;
      const away = this.position.towards(feature.geometry?.coordinates);
      rows.push({ id: feature.id, p, times, report, away, unread: !times.read && p.state !== 'withdrawn' });
    }
    return rows.sort((a, b) => rank(a) - rank(b) || b.p.created_at.localeCompare(a.p.created_at));
  }

  #waiting(id) {
    const mine = this.outbox.rows.filter((row) => row.about === id && row.type === 'event' && row.state !== 'parked');
    return Object.fromEntries(mine.map((row) => [row.event.kind.split('.')[1], row.event.occurred_at]));
  }

  /** Draw the list; answers delivered for what is new and rings for it. */
  draw() {
    const rows = this.all();
    const list = document.getElementById('instructions');
    const cards = rows.map((row) => ({ id: row.id, look: row, make: () => this.#card(row) }));
    const words = page.me.team ? 'field.no_instructions' : 'field.no_team';
    const none = { id: 'none', look: 0, make: () => h('li', { class: 'none' }, t(words)) };
    keyed(list, cards.length ? cards : [none]);
    for (const node of list.querySelectorAll('time')) say(node, when(node.dateTime));
    const fresh = rows.filter((row) => !row.times.delivered && row.p.state !== 'withdrawn');
    for (const row of fresh) this.#stamp(row.id, 'delivered');
    return { unread: rows.filter((row) => row.unread).length, fresh: fresh.length };
  }

  async #stamp(id, verb) {
    const once = `${id}.${verb}`;
    if (this.pressed.has(once)) return;
    this.pressed.add(once);
    const where = ['delivered', 'read'].includes(verb) ? null : this.position.place();
    try {
      await keepStamp(this.outbox, id, verb, where);
    } catch {
      this.pressed.delete(once);
      this.said(t('field.not_kept'), 'bad');
    }
  }

  async #press(row, verb) {
    if (row.unread) await this.#stamp(row.id, 'read');
    await this.#stamp(row.id, verb);
    this.said(t('field.stamped', { stamp: t(`stamp.${verb}`) }));
  }

  #card(row) {
    const { p, times, report } = row;
    const urgent = report?.priority === 'urgent';
    return h('li', {
      class: `card instruction${row.unread ? ' unread' : ''}${urgent ? ' urgent' : ''}`,
      'data-id': row.id, 'data-state': p.state,
    },
    h('div', { class: 'line' },
      urgent && h('strong', { class: 'tag' }, t('priority.urgent')),
      h('strong', {}, t(p.state === 'withdrawn' ? 'field.withdrawn' : row.unread ? 'field.unread' : 'field.instruction')),
      h('time', { datetime: p.times.issued ?? p.created_at }, when(p.times.issued ?? p.created_at))),
    h('p', { class: 'words' }, p.words),
    p.due_at && h('p', { class: 'due' }, t('instruction.due', { at: dayClock(p.due_at) })),
    row.away && h('p', { class: 'away' }, row.away),
    report && h('p', { class: 'small' }, [report.category && t(`category.${report.category}`), report.place_text, report.text].filter(Boolean).join('　')),
    row.unread && h('button', { type: 'button', class: 'open', onclick: () => this.#stamp(row.id, 'read') }, t('field.open')),
    !OVER.has(p.state) && h('div', { class: 'stamps' }, STAMPS.map((verb) => this.#button(row, verb, times[verb]))),
    OVER.has(p.state) && h('p', { class: 'small' }, STAMPS.filter((verb) => times[verb])
      .map((verb) => h('span', {}, `${t(`stamp.${verb}`)} ${dayClock(times[verb])}`))));
  }

  #button(row, verb, at) {
    const waiting = at && !row.p.times[verb];
    return h('button', {
      type: 'button', class: 'stamp', 'data-verb': verb, 'aria-pressed': String(Boolean(at)),
      onclick: () => !at && this.#press(row, verb),
    },
    h('span', {}, t(`stamp.${verb}`)),
    at && h('small', {}, waiting ? t('field.waiting') : `✓ ${dayClock(at)}`));
  }
}

function when(moment) {
  return `${dayClock(moment)}（${ago(moment)}）`;
}

function rank(row) {
  const state = OVER.has(row.p.state) ? 20 : row.unread ? 0 : 10;
  return state + (URGENCY[row.report?.priority] ?? 2);
}
