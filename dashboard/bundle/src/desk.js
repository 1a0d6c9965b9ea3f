// Decisions of the desk: sent with the seq that was on screen; a stale one is shown, not forced.
import { sentence } from './api.js';
import { h } from './dom.js';
import { uuid7 } from './ids.js';
import { word } from './popup.js';
import { clock } from './time.js';
import { t } from './words.js';

const TOLD = ['category', 'handling', 'certainty', 'priority', 'place_text', 'text', 'state'];
const PUSH_MS = 4000;

/** Sends what the desk decides and tells it what came back. */
export class Desk {
  constructor({ replica, notice }) {
    Object.assign(this, { replica, notice, seen: new Map(), retry: null });
  }

  /** Remember what a subject looked like when it was last on screen. */
  saw(feature) {
    this.seen.set(feature.id, feature);
    if (this.seen.size > 500) this.seen.delete(this.seen.keys().next().value);
  }

  /** A fact: a call memo. Throws nothing; returns whether it is durable. */
  tell(kind, subjectId, body, occurredAt = new Date()) {
    return this.#post({ kind, subjectId, body, occurredAt, about: null });
  }

  /** A decision on `about` (the subject itself unless named). Returns whether it is durable. */
  decide(kind, subjectId, body, about = subjectId) {
    const seen = this.#shown(about)?.seq ?? 0;
    return this.#post({ kind, subjectId, body: { ...body, seen }, occurredAt: new Date(), about });
  }

  /** Send again what was stale, on what is on screen now. */
  again() {
    const { retry } = this;
    if (!retry) return false;
    this.hush();
    this.decide(retry.kind, retry.subjectId, retry.body, retry.about);
    return true;
  }

  /** Take the notice away. */
  hush() {
    this.retry = null;
    this.notice.replaceChildren();
    delete this.notice.dataset.look;
  }

  #shown(id) {
    return this.seen.get(id) ?? this.replica.features.get(id);
  }

  async #post(wish) {
    const now = new Date().toISOString();
    const event = {
      id: uuid7(), kind: wish.kind, v: 1, subject_id: wish.subjectId,
      occurred_at: wish.occurredAt.toISOString(), sent_at: now, body: wish.body,
    };
    const error = await this.#send(event);
    if (!error) {
      this.hush();
      return true;
    }
    if (error.code === 'stale' && wish.about) await this.#stale(wish, error);
    else this.#say('error', [h('p', {}, sentence(error))]);
    return false;
  }

  async #send(event) {
    try {
      const [result] = await this.replica.send([event]);
      return result?.error ?? null;
    } catch (error) {
      return error.payload?.results?.[0]?.error ?? error;
    }
  }

  // what changed is named twice: the entries, and the words that read differently now
  async #stale(wish, error) {
    const before = this.#shown(wish.about);
    const changed = error.detail?.changed ?? [];
    const newest = Math.max(0, ...changed.map(({ seq }) => seq));
    const after = await this.#arrived(wish.about, newest);
    if (after) this.saw(after);
    const rows = [
      ...changed.map(({ kind }) => h('li', {}, word('kind', kind))),
      ...differences(before, after).map((text) => h('li', {}, text)),
    ];
    this.#say('stale', [
      h('p', {}, h('strong', {}, t('stale.title'))),
      h('ul', {}, rows),
      h('button', { type: 'button', class: 'eoc-button main', onclick: () => this.again() }, t('stale.retry')),
    ]);
    this.retry = wish;
  }

  #arrived(id, seq) {
    const there = () => this.replica.features.get(id);
    if ((there()?.seq ?? 0) >= seq) return there();
    return new Promise((done) => {
      const finish = () => { off(); clearTimeout(timer); done(there()); };
      const off = this.replica.on('change', () => { if ((there()?.seq ?? 0) >= seq) finish(); });
      const timer = setTimeout(finish, PUSH_MS);
    });
  }

  #say(look, content) {
    this.retry = null;
    this.notice.dataset.look = look;
    const close = h('button', { type: 'button', class: 'eoc-button', onclick: () => this.hush() }, t('notice.close'));
    this.notice.replaceChildren(h('div', {}, h('small', {}, clock(Date.now())), ...content, close));
  }
}

/** What reads differently: ["対応: 未対応 → 対応中", …]. */
export function differences(before, after) {
  if (!before || !after) return [];
  const show = (field, value) => (value ? word(field, value) : '—');
  return TOLD.filter((field) => before.properties[field] !== after.properties[field]).map((field) =>
    `${t(`item.${field}`)}: ${show(field, before.properties[field])} → ${show(field, after.properties[field])}`);
}
