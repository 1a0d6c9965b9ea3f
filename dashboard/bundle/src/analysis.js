// What was worked out on the ground, drawn from the live board: settlements cut off, roads whose
// loss would cut some off, damage as a stretch of its line, places a mudflow may reach.
import { h } from './dom.js';
import { accessWords, bandWords, damageWords, fragileWords, lettered, windowWords } from './analysis_words.js';
import { bandNow, spanWords, windowsOf } from './lahar.js';
import { obey } from './layers/analysis.js';
import { symbol } from './symbols.js';

const DAMAGE = { road_damage: { color: '#d55e00', sign: 'road' }, river_damage: { color: '#0050a0', sign: 'river' } };
const FRAGILE = { color: '#6a3d9a', weight: 6, opacity: 0.75, dashArray: '2 9', lineCap: 'round' };
const BAND = { color: '#4b2a7a', weight: 10, opacity: 0.85, lineCap: 'butt' };
const BAND_MS = 5000;
const turn = ([lon, lat]) => [lat, lon];
const CUT = new Set(['isolated', 'cut_from_centre', 'undecided']);

/** Draws and keeps up to date; names of what can be hidden: isolation, fragile, damage, lahar. */
export class AnalysisLayer {
  constructor({ L, map, replica, size = 36 }) {
    Object.assign(this, { L, map, replica, size, drawn: new Map() });
    this.groups = Object.fromEntries(['fragile', 'damage', 'isolation', 'lahar'].map((name) => [name, L.layerGroup()]));
    for (const name of ['damage', 'isolation', 'lahar']) this.groups[name].addTo(map);
    obey((name, visible) => this.show(name, visible));
    setInterval(() => this.#flow(), BAND_MS);
  }

  // on a tablet the map is low: what does not fit is scrolled
  get popup() {
    return { className: 'eoc-popup', minWidth: 240, maxHeight: Math.max(120, this.map.getSize().y - 120), autoPanPaddingTopLeft: [8, 34] };
  }

  /** Take in what changed. */
  apply(ids) {
    for (const id of ids) this.#draw(id, this.replica.features.get(id));
  }

  /** Show or hide one of the analyses. */
  show(name, visible) {
    const group = this.groups[name];
    if (group && visible !== this.map.hasLayer(group)) visible ? group.addTo(this.map) : group.remove();
  }

  #draw(id, feature) {
    for (const shape of this.drawn.get(id) ?? []) shape.layer.removeLayer(shape.shape);
    this.drawn.delete(id);
    const made = RULES[feature?.properties.type]?.(this, feature) ?? [];
    if (!made.length) return;
    for (const { layer, shape } of made) layer.addLayer(shape);
    this.drawn.set(id, made);
  }

  // the band moves with the clock; nothing else here does
  #flow() {
    for (const id of this.drawn.keys()) {
      const feature = this.replica.features.get(id);
      if (feature?.properties.type === 'lahar_clock') this.#draw(id, feature);
    }
  }

  /** A sign with a letter and a name beside it. */
  sign(at, look, letter, name, words) {
    const html = h('div', { class: `eoc-sign ${look}` }, h('b', {}, letter), name && h('span', {}, name));
    const icon = this.L.divIcon({ html, className: 'eoc-sign-at', iconSize: [this.size, this.size], iconAnchor: [this.size / 2, this.size / 2] });
    return this.L.marker(at, { icon, keyboard: false, zIndexOffset: 1500 }).bindPopup(words, this.popup);
  }

  /** A stretch of a line, with a white edge so that it stands out on any ground. */
  stretch(points, style, words) {
    const group = this.L.featureGroup();
    group.addLayer(this.L.polyline(points, { color: '#ffffff', weight: style.weight + 5, opacity: 0.9 }));
    group.addLayer(this.L.polyline(points, style));
    return group.bindPopup(words, this.popup);
  }
}

const RULES = {
  isolated_settlement(view, feature) {
    const { properties: p, geometry } = feature;
    if (!geometry || !CUT.has(p.state)) return [];
    const shape = view.sign(turn(geometry.coordinates), `access-${p.state}`, lettered(p.state), p.name, () => accessWords(feature));
    return [{ layer: view.groups.isolation, shape }];
  },

  isolation(view, { properties: p }) {
    return (p.fragile ?? []).map((one) => ({
      layer: view.groups.fragile,
      shape: view.stretch(one.geometry.coordinates.map(turn), FRAGILE, () => fragileWords(one, p)),
    }));
  },

  road_damage: damage,
  river_damage: damage,

  lahar_clock(view, feature) {
    if (feature.properties.state !== 'running') return [];
    const layer = view.groups.lahar;
    const signs = windowsOf(feature).map((row) => ({
      layer, shape: view.sign([row.lat, row.lon], 'lahar', '泥', `${row.place} ${spanWords(row)}`, () => windowWords(row, feature)),
    }));
    const band = bandNow(feature).map(turn);
    return band.length ? [{ layer, shape: view.stretch(band, BAND, () => bandWords(feature)) }, ...signs] : signs;
  },
};

function damage(view, feature) {
  const { geometry, properties: p } = feature;
  if (!geometry) return [];
  const { color, sign } = DAMAGE[p.type];
  const layer = view.groups.damage;
  const words = () => damageWords(feature);
  const points = geometry.type === 'LineString' ? geometry.coordinates.map(turn) : [turn(geometry.coordinates)];
  const middle = points[Math.floor(points.length / 2)];
  const icon = view.L.divIcon({ html: symbol(sign, { urgent: p.passable === 'no' }), className: 'eoc-marker', iconSize: [view.size, view.size], iconAnchor: [view.size / 2, view.size / 2] });
  const at = view.L.marker(middle, { icon, keyboard: false, zIndexOffset: 600 }).bindPopup(words, view.popup);
  const line = points.length > 1 ? [{ layer, shape: view.stretch(points, { color, weight: 8 }, words) }] : [];
  return [...line, { layer, shape: at }];
}
