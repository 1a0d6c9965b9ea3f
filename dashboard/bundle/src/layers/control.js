// The layer control: a button on the map, and a panel with groups, search and the link.
import { sentence } from '../api.js';
import { h, say } from '../dom.js';
import { page, t } from '../words.js';
import { search } from './folding.js';
import { linkOf } from './link.js';
import { Row } from './row.js';
import { NONE } from './state.js';

/** The panel over one map. key names the letter that toggles it, if the page has one. */
export class Control {
  constructor({ L, map, choice, drawing, reload, key = null }) {
    Object.assign(this, { map, choice, drawing, reload, rows: new Map(), groups: [] });
    this.button = h('button', {
      type: 'button', class: 'eoc-layers-button', 'aria-expanded': 'false', 'aria-controls': 'eoc-layers', onclick: () => this.toggle(),
    }, t('layers.open'), key && h('kbd', {}, key));
    this.#place(L, map);
    this.#panel();
    map.on('zoomend', () => this.update());
  }

  toggle(open = this.panel.hidden) {
    this.panel.hidden = !open;
    this.button.setAttribute('aria-expanded', String(open));
    if (open) this.panel.focus();
    else this.button.focus();
  }

  /** Show another catalogue: groups of it and the layers, in its order. */
  learn(groups) {
    this.groups = groups;
    this.rows.clear();
    const layers = [...this.choice.layers.values()];
    this.body.replaceChildren(...groups.map(({ id, title }) => this.#group(title, layers.filter(({ group }) => group === id))).filter(Boolean));
    this.#search();
    this.update();
  }

  /** Say that the catalogue did not come. */
  fail(error) {
    this.trouble.replaceChildren(h('span', {}, t('layers.no_catalogue', { why: sentence(error) })),
      h('button', { type: 'button', class: 'eoc-button', onclick: this.reload }, t('layers.retry')));
    this.trouble.hidden = false;
  }

  /** Nothing is in the way any more. */
  calm() {
    this.trouble.hidden = true;
  }

  update() {
    const zoom = Math.round(this.map.getZoom());
    for (const [name, row] of this.rows) row.update(this.choice, this.drawing.status(name), zoom);
    if (this.none) this.none.checked = this.choice.base === NONE;
  }

  #place(L, map) {
    const control = new L.Control({ position: 'topright' });
    control.onAdd = () => h('div', { class: 'eoc-layers-corner' }, this.button);
    control.addTo(map);
    L.DomEvent.disableClickPropagation(this.button.parentElement);
  }

  #panel() {
    this.query = h('input', { type: 'search', placeholder: t('layers.search'), 'aria-label': t('layers.search'), maxlength: 60, oninput: () => this.#search() });
    this.body = h('div', { class: 'layers-body' });
    this.empty = h('p', { class: 'layers-empty', role: 'status' });
    this.trouble = h('p', { class: 'layers-trouble', role: 'status', hidden: true });
    this.copied = h('p', { class: 'layers-copied', role: 'status' });
    const act = (key, onclick) => h('button', { type: 'button', class: 'eoc-button', onclick }, t(key));
    this.panel = h('section', { id: 'eoc-layers', class: 'eoc-layers', tabindex: -1, hidden: true, 'aria-label': t('layers.title') },
      h('header', {}, h('h2', {}, t('layers.title')),
        h('button', { type: 'button', class: 'layers-close', 'aria-label': t('layers.close'), onclick: () => this.toggle(false) }, '×')),
      this.query, this.trouble, h('div', { class: 'layers-scroll' }, this.body, this.empty),
      h('footer', {}, act('layers.copy', () => this.#copy()), act('layers.reset', () => this.choice.reset()), this.copied));
    this.panel.addEventListener('keydown', (event) => this.#key(event));
    // beside the map, not in it: what lies over the map must not lie over the panel
    this.map.getContainer().parentElement.append(this.panel);
  }

  // the keys of the page decide about reports: none of them may be heard through the panel
  #key(event) {
    event.stopPropagation();
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const writing = event.target === this.query;
    if (event.key === 'Escape' || (event.key.toLowerCase() === 'l' && !writing)) {
      event.preventDefault();
      this.toggle(false);
    }
  }

  #group(title, layers) {
    const bases = layers.filter(({ base }) => base);
    if (!layers.length) return null;
    const rows = layers.map((layer) => this.#row(layer));
    if (bases.length || layers.some(({ kind }) => kind === 'ground')) rows.unshift(this.#noBase());
    return h('fieldset', {}, h('legend', {}, title), rows);
  }

  #row(layer) {
    const { choice, drawing } = this;
    const row = new Row(layer, {
      show: (on) => (layer.base ? choice.setBase(layer.name) : choice.show(layer.name, on)),
      opacity: (value) => choice.setOpacity(layer.name, value),
      retry: () => drawing.retry(layer.name),
    });
    this.rows.set(layer.name, row);
    return row.node;
  }

  #noBase() {
    this.none = h('input', { type: 'radio', name: 'eoc-base', value: NONE, onchange: () => this.choice.setBase(NONE) });
    return h('div', { class: 'eoc-layer', 'data-layer': NONE }, h('label', { class: 'pick' }, this.none, h('span', {}, t('layers.no_base'))));
  }

  #search() {
    const query = this.query.value;
    const found = new Set(search([...this.choice.layers.values()], this.groups, query).map(({ name }) => name));
    for (const [name, row] of this.rows) row.node.hidden = !found.has(name);
    if (this.none) this.none.closest('.eoc-layer').hidden = Boolean(query.trim());
    for (const group of this.body.children) group.hidden = ![...group.querySelectorAll('.eoc-layer')].some((node) => !node.hidden);
    say(this.empty, found.size ? '' : t('layers.nothing_found', { query: query.trim().slice(0, 30) }));
  }

  async #copy() {
    const link = linkOf(location, page.incidentId);
    try {
      await navigator.clipboard.writeText(link);
      this.copied.replaceChildren(t('layers.copied'));
    } catch {
      // without HTTPS a page may not write to the clipboard: the person does
      const field = h('input', { readonly: true, value: link, 'aria-label': t('layers.link') });
      this.copied.replaceChildren(h('span', {}, t('layers.copy_by_hand')), field);
      field.select();
    }
  }
}
