// The report form: photos, where, what, one line of words, send. One hand, one screen.
import { h, say } from '../dom.js';
import { CODES, symbol } from '../symbols.js';
import { page, realmName, t } from '../words.js';
import { keepReport } from './outgoing.js';

const OLD_MS = 10 * 60_000;
const el = (id) => document.getElementById(id);

export class ReportForm {
  constructor(outbox, position, said) {
    Object.assign(this, { outbox, position, said, photos: [], category: null, here: true });
    this.#grid();
    for (const id of ['camera', 'files']) {
      el(id).addEventListener('change', (event) => this.#take(event.target));
    }
    el('here').addEventListener('change', (event) => { this.here = event.target.checked; this.#place(); });
    el('words').addEventListener('input', () => this.#draft());
    el('place-words').addEventListener('input', () => this.#draft());
    el('send').addEventListener('click', () => this.#send());
    el('normal').addEventListener('click', () => this.#normal());
    this.#restore();
    position.start(() => this.#place());
    setInterval(() => this.#place(), 5000);
    this.#place();
  }

  #grid() {
    for (const code of CODES.filter((code) => code !== 'normal')) {
      el('categories').append(h('button', {
        type: 'button', class: 'category', 'data-code': code, 'aria-pressed': 'false',
        onclick: () => { this.category = this.category === code ? null : code; this.#pressed(); this.#draft(); },
      }, symbol(code), h('span', {}, t(`category.${code}`))));
    }
  }

  #pressed() {
    for (const button of el('categories').children) {
      button.setAttribute('aria-pressed', String(button.dataset.code === this.category));
    }
  }

  #take(input) {
    const added = [...input.files];
    input.value = ''; // the same file may be chosen again
    for (const file of added) {
      const old = input.id === 'files' && Date.now() - file.lastModified > OLD_MS;
      this.photos.push({ file, here: !old, url: URL.createObjectURL(file) });
      if (old && this.here) {
        // taken elsewhere and sent from the office: the phone is not where the picture is
        this.here = false;
        el('here').checked = false;
        this.said(t('field.place_of_photo'));
      }
    }
    this.#thumbs();
    this.#place();
  }

  #thumbs() {
    el('thumbs').replaceChildren(...this.photos.map((photo, i) => h('li', {},
      h('img', { src: photo.url, alt: photo.file.name, onerror: (event) => event.target.replaceWith(h('span', { class: 'name' }, photo.file.name)) }),
      h('button', {
        type: 'button', 'aria-label': t('field.photo_remove'),
        onclick: () => { URL.revokeObjectURL(photo.url); this.photos.splice(i, 1); this.#thumbs(); },
      }, h('i', {}, '×')))));
  }

  #place() {
    el('place').dataset.quality = this.here ? this.position.quality : 'off';
    say(el('place-line'), this.here ? this.position.words() : t('field.place_off'));
  }

  async #send() {
    const text = el('words').value.trim();
    const placeText = el('place-words').value.trim();
    if (!this.photos.length && !this.category && !text && !placeText) {
      this.said(t('field.nothing'), 'bad');
      return;
    }
    const place = this.here ? this.position.place() : null;
    if (await this.#keep({ category: this.category, text, placeText, place, photos: this.photos })) this.#clear();
  }

  async #normal() {
    await this.#keep({ category: 'normal', place: this.position.place() }, 'field.normal_kept');
  }

  // the form is emptied only when the phone's disk has it
  async #keep(report, words = 'field.kept') {
    el('send').disabled = true;
    try {
      await keepReport(this.outbox, report);
      this.said(t(words));
      return true;
    } catch (error) {
      this.said(t(error?.name === 'QuotaExceededError' ? 'field.disk_full' : 'field.not_kept'), 'bad');
      return false;
    } finally {
      el('send').disabled = false;
    }
  }

  #clear() {
    for (const photo of this.photos) URL.revokeObjectURL(photo.url);
    this.photos = [];
    this.category = null;
    this.here = true;
    el('here').checked = true;
    el('words').value = '';
    el('place-words').value = '';
    this.#pressed();
    this.#thumbs();
    this.#place();
    this.#draft();
  }

  // a phone call in the middle of writing must not cost the words; by person, not by phone
  #draft() {
    const draft = { text: el('words').value, placeText: el('place-words').value, category: this.category };
    localStorage.setItem(draftName(), JSON.stringify(draft));
  }

  #restore() {
    const draft = JSON.parse(localStorage.getItem(draftName()) ?? '{}');
    el('words').value = draft.text ?? '';
    el('place-words').value = draft.placeText ?? '';
    el('place-more').open = Boolean(draft.placeText);
    this.category = CODES.includes(draft.category) ? draft.category : null;
    this.#pressed();
  }
}

function draftName() {
  return `${realmName('draft')}-${page.me.person_id}`;
}
