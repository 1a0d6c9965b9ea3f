// The live layer: reports, photos without a report and road closures on Leaflet, kept at
// the log's tip. One change touches one cell of the grid and a few markers, whatever the mass.
import { closureShape, closureWords } from './closures.js';
import { svg, h } from './dom.js';
import { Grid } from './grid.js';
import { GROUND_PANE } from './ground.js';
import { obey } from './layers/analysis.js';
import { GROWN } from './place_words.js';
import { popupContent, listContent } from './popup.js';
import { symbol } from './symbols.js';
import { t } from './words.js';

const HOT_MS = 60_000;
const HOT_MOST = 12;
const PULSE_MS = 12_000;
const LIST_MOST = 20;

/** The map dash-leaflet makes, as soon as it is there: {L, map}. */
export const theMap = new Promise((done) => {
  const hook = () => {
    globalThis.L.Map.addInitHook(function ready() {
      this.createPane(GROUND_PANE).style.zIndex = 250; // the ground asks for it as soon as it is drawn
      this.whenReady(() => done({ L: globalThis.L, map: this }));
    });
  };
  if (globalThis.L) hook();
});

/** What the map shows as a point: reports that stand, and photos that belong to none. */
export function isMarked(feature) {
  const p = feature?.properties;
  if (feature?.geometry?.type !== 'Point') return false;
  return (p.type === 'report' && !p.retracted) || (p.type === 'photo' && !p.report_id);
}

/** The live layer of one map. pick(id) replaces the pop-up; size is that of a symbol in pixels. */
export class LiveLayer {
  constructor({ L, map, replica, size = 40, pick = null }) {
    Object.assign(this, { L, map, replica, size, pick });
    this.grid = new Grid(size * 1.6);
    this.hot = new Map(); // id → moment it cools; drawn one by one, above the clusters
    this.pulses = new Map(); // id → moment it ends
    this.shown = new Map(); // marker key → {marker, look}
    this.closures = new Map();
    this.selected = null;
    this.seqs = new Map(); // id → seq last drawn
    this.settled = Infinity; // until then what comes is the board as it was, not news
    this.group = L.layerGroup().addTo(map);
    this.closed = L.layerGroup().addTo(map);
    obey((name, visible) => { if (name === 'closures') visible ? this.closed.addTo(map) : this.closed.remove(); });
    map.on('moveend zoomend resize', () => this.draw());
    map.getContainer().addEventListener(GROWN, () => this.popup?.box.update());
    this.timer = setInterval(() => this.#cool(), 2000);
  }

  /** Take in what changed; the first call is the mass and nothing pulses. */
  apply(ids) {
    const began = performance.now();
    const mass = this.#settling(began) || ids.length > 200;
    for (const [id, news] of this.#touched(ids)) this.#take(id, mass || !news);
    this.draw();
    this.lastChangeMs = performance.now() - began;
  }

  /** Show one subject as chosen: on top, with the circle of its uncertainty. */
  select(id) {
    if (this.selected === id) return;
    const before = this.selected;
    this.selected = id;
    for (const one of [before, id]) if (one) this.#take(one, true);
    this.draw();
    this.#circle();
  }

  /** Open the pop-up of a subject. */
  open(id) {
    const feature = this.replica.features.get(id);
    if (!feature?.geometry) return;
    this.popup = { id, box: this.#popupAt(this.#latlng(feature), popupContent(feature, this.replica.features)) };
  }

  // the photo of a report changes how the report looks, and may be what gives it a place
  #touched(ids) {
    const news = new Map(ids.map((id) => [id, this.#moved(id)]));
    for (const id of ids) {
      const owner = this.replica.features.get(id)?.properties?.report_id;
      if (owner) news.set(owner, news.get(owner) || news.get(id));
    }
    return news;
  }

  #settling(now) {
    if (this.settled === Infinity && this.replica.state === 'live') this.settled = now + 1000;
    return now < this.settled;
  }

  #moved(id) {
    const seq = this.replica.features.get(id)?.seq;
    return this.seqs.get(id) !== seq;
  }

  #take(id, quiet) {
    const feature = this.replica.features.get(id);
    if (feature) this.seqs.set(id, feature.seq);
    else this.seqs.delete(id);
    if (feature?.properties?.type === 'road_closure' || this.closures.has(id)) this.#closure(id, feature);
    if (!isMarked(feature)) {
      this.grid.delete(id);
      this.hot.delete(id);
      this.pulses.delete(id);
    } else if (id === this.selected || (!quiet && this.#heat(id))) {
      this.grid.delete(id);
    } else if (!this.hot.has(id)) {
      this.grid.set(id, feature.geometry.coordinates, weights(feature));
    }
    if (this.popup?.id === id && feature) this.popup.box.setContent(popupContent(feature, this.replica.features));
    if (this.selected === id) this.#circle();
  }

  #heat(id) {
    const now = Date.now();
    if (!this.grid.points.has(id) && !this.hot.has(id) && id !== this.selected) this.pulses.set(id, now + PULSE_MS);
    this.hot.delete(id);
    this.hot.set(id, now + HOT_MS);
    if (this.hot.size > HOT_MOST) this.#freeze(this.hot.keys().next().value);
    return true;
  }

  #freeze(id) {
    this.hot.delete(id);
    const feature = this.replica.features.get(id);
    if (isMarked(feature) && id !== this.selected) this.grid.set(id, feature.geometry.coordinates, weights(feature));
  }

  #cool() {
    const now = Date.now();
    const over = [...this.hot].filter(([, until]) => until < now);
    const quiet = [...this.pulses].filter(([, until]) => until < now);
    for (const [id] of over) this.#freeze(id);
    for (const [id] of quiet) this.pulses.delete(id);
    if (over.length || quiet.length) this.draw();
  }

  /** Bring the markers in line with the grid, once. */
  draw() {
    const zoom = Math.round(this.map.getZoom());
    const box = this.map.getBounds().pad(0.1);
    const wanted = new Map();
    const sides = [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
    for (const cluster of this.grid.clusters(zoom, sides)) {
      if (cluster.n === 1) this.#want(wanted, this.grid.ids(cluster, 1)[0]);
      else wanted.set(`c${zoom}/${cluster.key}`, { cluster, look: `${cluster.n}|${cluster.weights}` });
    }
    for (const id of this.hot.keys()) this.#want(wanted, id);
    if (this.selected) this.#want(wanted, this.selected);
    this.#settle(wanted);
  }

  #want(wanted, id) {
    const feature = this.replica.features.get(id);
    if (!isMarked(feature)) return;
    const look = appearance(feature, this.replica.features);
    const state = { selected: id === this.selected, fresh: this.pulses.has(id), hot: this.hot.has(id) };
    wanted.set(id, { feature, id, picture: look, state, look: JSON.stringify([look, state]) });
  }

  #settle(wanted) {
    for (const [key, { marker }] of this.shown) {
      if (wanted.has(key)) continue;
      this.group.removeLayer(marker);
      this.shown.delete(key);
    }
    for (const [key, want] of wanted) this.#place(key, want);
  }

  #place(key, want) {
    const at = want.cluster ? [want.cluster.lat, want.cluster.lon] : this.#latlng(want.feature);
    const there = this.shown.get(key);
    if (!there) {
      const marker = this.L.marker(at, { icon: this.#icon(want), keyboard: false, zIndexOffset: depth(want) });
      const entry = { marker, look: want.look, want, at };
      marker.on('click', () => this.#clicked(entry.want));
      this.shown.set(key, entry);
      this.group.addLayer(marker);
      marker.getElement()?.setAttribute('data-id', key);
      return;
    }
    there.want = want;
    if (there.at[0] !== at[0] || there.at[1] !== at[1]) there.marker.setLatLng((there.at = at));
    if (there.look === want.look) return;
    there.look = want.look;
    there.marker.setIcon(this.#icon(want)).setZIndexOffset(depth(want));
    there.marker.getElement()?.setAttribute('data-id', key);
  }

  #icon(want) {
    const size = want.cluster ? this.size * clusterScale(want.cluster.n) : this.size;
    const html = want.cluster ? clusterPicture(want.cluster) : symbol(want.picture.category, want.picture);
    const { fresh, selected } = want.state ?? {};
    const className = ['eoc-marker', fresh && 'eoc-fresh', selected && 'eoc-selected'].filter(Boolean).join(' ');
    return this.L.divIcon({ html, className, iconSize: [size, size], iconAnchor: [size / 2, size / 2] });
  }

  #clicked(want) {
    if (!want.cluster) {
      if (this.pick) this.pick(want.id);
      else this.open(want.id);
      return;
    }
    const { cluster } = want;
    const ids = this.grid.ids(cluster);
    const points = ids.map((id) => this.#latlng(this.replica.features.get(id)));
    const bounds = this.L.latLngBounds(points);
    const apart = this.map.getBoundsZoom(bounds.pad(0.2)) > this.map.getZoom();
    if (apart && this.map.getZoom() < this.map.getMaxZoom()) {
      this.map.fitBounds(bounds.pad(0.2));
      return;
    }
    const some = ids.slice(0, LIST_MOST).map((id) => this.replica.features.get(id));
    const choose = (id) => (this.pick ? this.pick(id) : this.open(id));
    this.#popupAt([cluster.lat, cluster.lon], listContent(some, cluster.n, choose));
  }

  #popupAt(at, content) {
    const options = { maxWidth: 360, minWidth: 260, className: 'eoc-popup' };
    return this.L.popup(options).setLatLng(at).setContent(content).openOn(this.map);
  }

  #circle() {
    this.circle?.remove();
    this.circle = null;
    const feature = this.replica.features.get(this.selected);
    const radius = feature?.properties?.place?.uncertainty_m;
    if (!isMarked(feature) || !radius) return;
    const style = { radius, color: '#0b4a7d', weight: 2, dashArray: '6 5', fillOpacity: 0.12, interactive: false };
    this.circle = this.L.circle(this.#latlng(feature), style).addTo(this.map);
  }

  #closure(id, feature) {
    if (this.closures.has(id)) this.closed.removeLayer(this.closures.get(id));
    this.closures.delete(id);
    if (feature?.properties?.state !== 'declared' || !feature.geometry) return;
    const shape = closureShape(this.L, feature, this.size);
    shape.on('click', (event) => {
      this.L.DomEvent.stopPropagation(event);
      const current = this.replica.features.get(id);
      this.#popupAt(event.latlng, closureWords(current, this.lift));
    });
    this.closures.set(id, shape.addTo(this.closed));
  }

  #latlng(feature) {
    const [lon, lat] = feature.geometry.coordinates;
    return [lat, lon];
  }
}

/** What the symbol of a feature shows. */
export function appearance(feature, features) {
  const p = feature.properties;
  if (p.type === 'photo') return { category: 'photo', direction_deg: p.direction_deg ?? undefined };
  return {
    category: p.category,
    handling: p.handling,
    urgent: p.priority === 'urgent',
    unverified: p.certainty === 'unverified' && p.category !== 'normal',
    struck: p.certainty === 'false_report',
    direction_deg: direction(p, features),
  };
}

function direction(p, features) {
  if (Number.isFinite(p.place?.direction_deg)) return p.place.direction_deg;
  const photos = (p.photos ?? []).map((id) => features.get(id)?.properties?.direction_deg);
  return photos.find((deg) => Number.isFinite(deg));
}

// [urgent, open] of one point, summed in its cluster
function weights({ properties: p }) {
  const open = p.type === 'report' && p.handling === 'open' && p.category !== 'normal';
  return [p.priority === 'urgent' && open ? 1 : 0, open ? 1 : 0];
}

function depth({ cluster, state }) {
  if (cluster) return 0;
  return state.selected ? 4000 : state.fresh ? 3000 : state.hot ? 2000 : 1000;
}

function clusterScale(n) {
  return 1 + Math.min(0.7, Math.log10(n) * 0.25);
}

// the red part of the ring is the share that nobody answered yet
function clusterPicture({ n, weights: [urgent, open] }) {
  const round = 2 * Math.PI * 19;
  const ring = { cx: 24, cy: 24, r: 19, fill: 'none', 'stroke-width': 6 };
  const label = n > 9999 ? `${Math.floor(n / 1000)}k` : String(n);
  return h('div', { class: 'eoc-cluster', title: t('map.cluster', { n, open }) },
    svg('svg', { viewBox: '0 0 48 48' },
      svg('circle', { cx: 24, cy: 24, r: 23, fill: '#ffffff' }),
      svg('circle', { ...ring, stroke: '#9aa3ad' }),
      open > 0 && svg('circle', {
        ...ring, stroke: '#e0002b', 'stroke-dasharray': `${(round * open) / n} ${round}`, transform: 'rotate(-90 24 24)',
      }),
      svg('circle', { cx: 24, cy: 24, r: 16, fill: urgent ? '#e0002b' : '#26313d' }),
      svg('text', { x: 24, y: 29.5, 'text-anchor': 'middle', fill: '#ffffff', 'font-size': label.length > 3 ? 11 : 15, 'font-weight': 700 }, label)));
}
