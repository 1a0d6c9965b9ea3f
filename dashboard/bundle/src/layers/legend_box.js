// The wall has no control: what its layers mean stands in the legend below the map.
import { h } from '../dom.js';
import { legendRows } from './legend.js';

const MOST_ROWS = 9;

/** The legends of the visible layers as the last row of a list; the map is told to fit anew. */
export class LegendBox {
  constructor(map, list) {
    this.map = map;
    this.box = h('li', { class: 'eoc-legend-box', hidden: true });
    list?.append(this.box);
  }

  show(layers) {
    // the signs of an analysis carry their words; its panel beside the map says the rest
    const told = layers.filter(({ base, legend, note, kind }) => !base && !['ground', 'analysis'].includes(kind) && (legend?.length || note)).reverse();
    this.box.replaceChildren(...told.map((layer) => h('section', {}, h('h3', {}, layer.title),
      h('ul', { class: 'eoc-layer-legend' }, legendRows(layer).slice(0, MOST_ROWS)),
      layer.note && h('p', {}, layer.note))));
    this.box.hidden = !told.length;
    this.map.fire('resize');
  }
}
