// Brings the map in line with the choice: each layer in a pane of its own, each by itself.
import { h } from '../dom.js';
import { t } from '../words.js';
import { analysis } from './analysis.js';
import { geojson } from './geojson.js';
import { Labels } from './labels.js';
import { raster } from './raster.js';
import { vectorTiles } from './vector_tiles.js';

const KINDS = { raster, geojson, vector_tiles: vectorTiles };
const BASE_Z = 200; // below the ground (250), like Leaflet's own tiles
const OVERLAY_Z = 260; // above the ground, below closures (400) and everything that is live
const MOST_Z = 390;
const HITS = 5;

// a wall of 4K is read from as far as one of 1920
const scale = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;

/** The layers on the map. status(name) is {state, error}; onStatus hears each change of one. */
export class Drawing {
  constructor({ L, map, onStatus }) {
    Object.assign(this, { L, map, onStatus, drawn: new Map(), states: new Map(), panes: 0, visible: [] });
    this.labels = new Labels(L, map);
    map.on('click', (event) => this.#clicked(event));
  }

  status(name) {
    return this.states.get(name) ?? { state: 'idle' };
  }

  /** Draw what the choice shows and take away what it does not. */
  sync(choice) {
    this.visible = choice.visible();
    for (const layer of choice.overlays()) {
      if (layer.kind === 'analysis') analysis.set(layer.name, choice.shown(layer.name), choice.opacity(layer.name));
    }
    const wanted = new Set(this.visible.map(({ name }) => name));
    for (const [name, { url }] of [...this.drawn]) if (!wanted.has(name) || url !== urlOf(this.visible, name)) this.#remove(name);
    this.visible.filter(({ kind }) => KINDS[kind]).forEach((layer, i) => this.#show(layer, i, choice.opacity(layer.name)));
    this.map.getContainer().dataset.hidden = analysis.said().filter(([, shown]) => !shown).map(([name]) => name).join(' ');
  }

  /** Whether the catalogue is known and nothing of it is still on its way. */
  settled() {
    return this.drawn.size > 0 && ![...this.states.values()].some(({ state }) => state === 'loading');
  }

  /** Try a layer again. */
  retry(name) {
    this.drawn.get(name)?.drawing.retry();
  }

  #show(layer, rank, opacity) {
    const there = this.drawn.get(layer.name) ?? this.#add(layer);
    there.pane.style.opacity = String(opacity);
    there.pane.style.zIndex = String(layer.base ? BASE_Z : Math.min(OVERLAY_Z + rank, MOST_Z));
  }

  #add(layer) {
    const { L, map, labels } = this;
    this.panes += 1;
    const pane = `eoc-layer-${this.panes}`; // a name from outside may not name a pane
    const entry = { pane: map.createPane(pane), url: layer.url };
    entry.pane.style.pointerEvents = 'none';
    entry.pane.dataset.layer = layer.name;
    this.drawn.set(layer.name, entry);
    const report = (state, error) => { if (this.drawn.get(layer.name) === entry) this.#say(layer.name, state, error); };
    entry.drawing = KINDS[layer.kind]({ L, map, layer, pane, labels, report, scale: scale() });
    entry.drawing.add();
    return entry;
  }

  #remove(name) {
    const { drawing, pane } = this.drawn.get(name);
    this.drawn.delete(name);
    drawing.remove();
    pane.remove();
    this.#say(name, 'idle');
  }

  #say(name, state, error = null) {
    this.states.set(name, { state, error });
    this.onStatus(name);
  }

  // a click on a report or a closure is not one on the ground below; nor is a pin being set
  #clicked({ latlng, layerPoint, originalEvent }) {
    if (this.map.getContainer().dataset.mode || originalEvent?.target.closest?.('.leaflet-marker-icon, path')) return;
    const found = [...this.visible].reverse()
      .flatMap((layer) => (this.drawn.get(layer.name)?.drawing.at?.(layerPoint) ?? []).map((feature) => ({ layer, feature })));
    if (!found.length) return;
    const content = h('div', { class: 'eoc-layer-words' }, found.slice(0, HITS).map(featureWords));
    this.L.popup({ maxWidth: 320, className: 'eoc-popup' }).setLatLng(latlng).setContent(content).openOn(this.map);
  }
}

const SHOWN_PROPERTIES = 12;

/** What a click on a feature of a layer says: its name, then where the layer comes from. */
export function featureWords({ layer, feature }) {
  const properties = Object.entries(feature.properties ?? {})
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value)).slice(0, SHOWN_PROPERTIES);
  const named = feature.properties?.[layer.style?.label] ?? feature.properties?.name;
  const rows = [['layers.source', layer.source], ['layers.date', layer.date], ['layers.note', layer.note]].filter(([, value]) => value);
  return h('section', {},
    h('h3', {}, String(named ?? layer.title)),
    named !== undefined && h('p', {}, layer.title),
    h('dl', {}, rows.map(([key, value]) => [h('dt', {}, t(key)), h('dd', {}, String(value))])),
    properties.length > 0 && h('details', {}, h('summary', {}, t('layers.properties')),
      h('dl', {}, properties.map(([key, value]) => [h('dt', {}, key), h('dd', {}, String(value).slice(0, 200))]))));
}

// another file under the same name is another drawing
const urlOf = (layers, name) => layers.find((layer) => layer.name === name)?.url;
