// The wall has no control: what its layers mean stands on the map.
import { h } from '../dom.js';
import { legendRows } from './legend.js';

const MOST_ROWS = 9;

/** The legends of the visible layers in a corner of the map. */
export class LegendBox {
  constructor(map) {
    this.box = h('div', { class: 'eoc-legend-box', hidden: true });
    map.getContainer().parentElement.append(this.box);
  }

  show(layers) {
    const told = layers.filter(({ base, legend, note, kind }) => !base && kind !== 'ground' && (legend?.length || note)).reverse();
    this.box.replaceChildren(...told.map((layer) => h('section', {}, h('h3', {}, layer.title),
      h('ul', { class: 'eoc-layer-legend' }, legendRows(layer).slice(0, MOST_ROWS)),
      layer.note && h('p', {}, layer.note))));
    this.box.hidden = !told.length;
  }
}
