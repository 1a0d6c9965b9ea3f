// One layer in the control: whether, how strongly, how it fares, and whose data it is.
import { sentence } from '../api.js';
import { h, say } from '../dom.js';
import { has, t } from '../words.js';
import { outward } from './attribution.js';
import { FAINTEST } from './choice.js';
import { legendRows } from './legend.js';

/** The row of a layer. acts: {show(on), opacity(value), retry()}. */
export class Row {
  constructor(layer, acts) {
    Object.assign(this, { layer, retryIt: acts.retry });
    const { name, base, available } = layer;
    this.input = h('input', {
      type: base ? 'radio' : 'checkbox', name: base ? 'eoc-base' : null, value: name, disabled: !available,
      onchange: () => acts.show(this.input.checked),
    });
    this.range = h('input', {
      type: 'range', min: FAINTEST, max: 1, step: 0.05, 'aria-label': t('layers.opacity_of', { title: layer.title }),
      oninput: () => acts.opacity(Number(this.range.value)),
    });
    this.percent = h('output', {});
    this.strength = h('label', { class: 'strength' }, h('span', {}, t('layers.opacity')), this.range, this.percent);
    this.state = h('p', { class: 'state', role: 'status' });
    this.note = layer.note && h('p', { class: 'note' }, layer.note);
    this.node = h('div', { class: `eoc-layer${available ? '' : ' unavailable'}`, 'data-layer': name },
      h('label', { class: 'pick' }, this.input, h('span', {}, layer.title), layer.schematic && h('b', { class: 'badge' }, t('layers.schematic'))),
      !available && h('p', { class: 'why' }, layer.why ? t('layers.unavailable_why', { why: layer.why }) : t('layers.unavailable')),
      this.note, this.state, this.strength, this.#facts());
  }

  /** Show the choice, the state of the drawing and whether this zoom has the layer. */
  update(choice, status, zoom) {
    const { name } = this.layer;
    const on = choice.shown(name);
    this.input.checked = on;
    const strength = choice.opacity(name);
    if (document.activeElement !== this.range) this.range.value = String(strength);
    say(this.percent, `${Math.round(strength * 100)}%`);
    this.strength.hidden = !on;
    if (this.note) this.note.hidden = !on;
    this.#fares(on ? stateOf(this.layer, status, zoom) : { words: '' });
  }

  #fares({ words, retry = false }) {
    if (this.state.dataset.words === words) return;
    this.state.dataset.words = words;
    const again = retry && h('button', { type: 'button', class: 'eoc-button', onclick: this.retryIt }, t('layers.retry'));
    this.state.replaceChildren(...[words && h('span', {}, words), again].filter(Boolean));
    this.state.classList.toggle('bad', retry);
  }

  #facts() {
    const { layer } = this;
    const rows = [
      ['layers.source', layer.source], ['layers.date', layer.date], ['layers.licence', layer.licence],
      ['layers.attribution', layer.attribution && outward(layer.attribution, layer.attribution_url)],
    ].filter(([, value]) => value);
    const legend = legendRows(layer);
    if (!rows.length && !legend.length) return null;
    return h('details', {}, h('summary', {}, t(legend.length ? 'layers.legend_and_source' : 'layers.source')),
      legend.length > 0 && h('ul', { class: 'eoc-layer-legend' }, legend),
      h('dl', {}, rows.map(([key, value]) => [h('dt', {}, t(key)), h('dd', {}, value)])));
  }
}

/** How a shown layer fares, in words; retry is true when trying again may help. */
export function stateOf(layer, { state, error }, zoom) {
  if (Number.isFinite(layer.min_zoom) && zoom < layer.min_zoom) return { words: t('layers.zoom_in') };
  if (Number.isFinite(layer.max_zoom) && zoom > layer.max_zoom) return { words: t('layers.zoom_out') };
  if (state === 'loading') return { words: t('layers.loading') };
  if (state === 'failed') return { words: t('layers.failed', { why: why(error) }), retry: true };
  if (state === 'partly') return { words: t('layers.partly', { why: why(error) }), retry: true };
  return { words: '' };
}

function why(error) {
  const ours = `layers.error.${error?.code}`;
  return has(ours) ? t(ours) : sentence(error);
}
