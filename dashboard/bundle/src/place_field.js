// A field for a place: candidates while one types, and never in the way of typing or sending.
import './place_field.css';
import { request } from './api.js';
import { h, say } from './dom.js';
import { PlaceChoice } from './place_choice.js';
import { page, t } from './words.js';

const PAUSE_MS = 220;
const PATIENCE_MS = 4000;
const MOST = 7;
let count = 0;

/**
 * An input with a list of candidates. pin {show(candidate), clear()} marks the highlighted one
 * on the map; onChoose(candidate) is told what was chosen; input: attributes of the input.
 */
export class PlaceField {
  constructor({ pin, onChoose = null, input = {} }) {
    Object.assign(this, { pin, onChoose, choice: new PlaceChoice(), id: `eoc-place-${(count += 1)}` });
    this.input = h('input', {
      ...input, type: 'text', maxlength: 200, autocomplete: 'off', spellcheck: 'false', role: 'combobox',
      'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': this.id,
      oninput: () => this.#typed(), onkeydown: (event) => this.#key(event), onblur: () => this.#leave(),
    });
    this.list = h('ul', { id: this.id, role: 'listbox', class: 'place-list', hidden: true });
    this.chip = h('p', { class: 'place-chip', hidden: true });
    this.trouble = h('p', { class: 'place-trouble', role: 'status' });
    this.node = h('div', { class: 'place-field' }, this.input, this.list, this.chip, this.trouble);
  }

  /** place_text and, when a candidate was chosen, place. */
  body() {
    this.choice.text = this.input.value;
    return this.choice.body();
  }

  /** Stop asking and take the pin away. */
  close() {
    this.#quiet();
    this.pin?.clear();
  }

  /** Empty the field. */
  clear() {
    this.input.value = '';
    this.choice.typed('');
    this.choice.drop();
    this.#draw();
    this.close();
  }

  #typed() {
    this.#quiet();
    const ticket = this.choice.typed(this.input.value);
    say(this.trouble, '');
    this.#draw();
    if (ticket) this.timer = setTimeout(() => this.#ask(ticket), PAUSE_MS);
  }

  #quiet() {
    clearTimeout(this.timer);
    this.asking?.abort();
  }

  async #ask(ticket) {
    this.asking = new AbortController();
    const { signal } = this.asking;
    const patience = setTimeout(() => this.#silent(ticket), PATIENCE_MS);
    try {
      const query = new URLSearchParams({ q: this.choice.text.trim(), limit: MOST, lang: page.lang, ...(page.incidentId ? { incident: page.incidentId } : {}) });
      const { candidates } = await request('GET', `/api/v1/places?${query}`, { signal });
      if (this.choice.answered(ticket, candidates)) this.#answered();
    } catch {
      if (!signal.aborted) this.#silent(ticket);
    } finally {
      clearTimeout(patience);
    }
  }

  #answered() {
    say(this.trouble, this.choice.candidates.length || this.choice.chosen ? '' : t('place.no_candidate'));
    this.#draw();
  }

  // the words are enough: nobody waits for the gazetteer
  #silent(ticket) {
    this.asking.abort();
    if (this.choice.answered(ticket, [])) {
      this.#draw();
      say(this.trouble, t('place.no_answer'));
    }
  }

  #key(event) {
    if (event.isComposing || event.keyCode === 229 || !this.choice.candidates.length) return;
    const acts = { ArrowDown: () => this.#move(1), ArrowUp: () => this.#move(-1), Escape: () => this.#leave() };
    if (this.choice.highlighted) acts.Enter = () => this.#choose();
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault(); // Escape would close the dialog, Enter would send the form
    event.stopPropagation();
    act();
  }

  #move(step) {
    const candidate = this.choice.move(step);
    this.#draw();
    if (candidate) this.pin?.show(candidate);
    else this.#restorePin();
  }

  #choose(candidate = this.choice.highlighted) {
    this.input.value = this.choice.choose(candidate);
    this.pin?.show(candidate);
    say(this.trouble, '');
    this.#draw();
    this.onChoose?.(candidate);
  }

  #leave() {
    this.#quiet();
    this.choice.leave();
    this.#restorePin();
    this.#draw();
  }

  #restorePin() {
    const { chosen } = this.choice;
    if (chosen) this.pin?.show(chosen.candidate);
    else this.pin?.clear();
  }

  #draw() {
    const { candidates, at, chosen } = this.choice;
    this.list.hidden = !candidates.length;
    this.list.replaceChildren(...candidates.map((one, i) => this.#option(one, i, i === at)));
    this.list.children[at]?.scrollIntoView({ block: 'nearest' });
    this.input.setAttribute('aria-expanded', String(candidates.length > 0));
    this.input.setAttribute('aria-activedescendant', at >= 0 ? `${this.id}-${at}` : '');
    this.chip.hidden = !chosen;
    if (!chosen) {
      this.pin?.clear();
      return;
    }
    this.chip.replaceChildren(h('span', {}, t('place.chosen', { name: chosen.candidate.name, ...unsure(chosen.candidate) })),
      h('button', { type: 'button', 'aria-label': t('place.drop'), title: t('place.drop'), onclick: () => this.#drop() }, '×'));
  }

  #drop() {
    this.choice.drop();
    this.#draw();
    this.input.focus();
  }

  #option(one, i, here) {
    // mousedown would take the focus from the field and close the list before the click
    return h('li', {
      id: `${this.id}-${i}`, role: 'option', 'aria-selected': String(here),
      onmousedown: (event) => event.preventDefault(), onclick: () => { this.#choose(one); this.input.focus(); },
      onmouseenter: () => this.pin?.show(one),
    },
    h('strong', {}, one.name), h('span', {}, [one.municipality, one.kind_words].filter(Boolean).join(' ')),
    h('small', {}, t('place.unsure', unsure(one))), one.why === 'similar' && h('em', {}, t('place.similar')));
  }
}

function unsure({ uncertainty_m: metres, schematic }) {
  const far = metres >= 1000 ? `${(metres / 1000).toFixed(metres < 10_000 ? 1 : 0)} km` : `${Math.round(metres)} m`;
  return { m: far, schematic: schematic ? t('place.schematic') : '' };
}
