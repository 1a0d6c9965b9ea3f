// What the desk does on the map: pin a place with one click, close a road with two.
import { request } from './api.js';
import { askClosure } from './closure_form.js';
import { field, openForm } from './dialogs.js';
import { h, say } from './dom.js';
import { page, t } from './words.js';

const METRES = [10, 30, 50, 100, 300, 500, 1000, 3000];
const round = (degrees) => Math.round(degrees * 1e6) / 1e6;
export const position = ({ lng, lat }) => [round(lng), round(lat)];

/** The modes of the map. At most one is on; Escape (stop) leaves it. */
export class MapTools {
  constructor({ L, map, desk, host, banner }) {
    Object.assign(this, { L, map, desk, host, banner, mode: null, roads: new Map() });
    map.on('click', (event) => this.mode?.click(event.latlng));
    this.#knowRoads();
  }

  /** Leave whatever mode is on. */
  stop() {
    this.mode?.drawn?.remove();
    this.mode = null;
    this.banner.replaceChildren();
    delete this.map.getContainer().dataset.mode;
  }

  /** The next click on the map is the place of a report (or of a photo without one). */
  place(feature) {
    const kind = feature.properties.type === 'photo' ? 'photo.placed' : 'report.placed';
    const offered = this.clickMetres();
    const options = METRES.map((m) => h('option', { value: m, selected: m === offered }, `± ${m} m`));
    const choice = h('select', { 'aria-label': t('place.uncertainty') }, options);
    const click = async (latlng) => {
      const [lon, lat] = position(latlng);
      const place = { lon, lat, method: 'pinned', uncertainty_m: Number(choice.value) };
      this.stop();
      await this.desk.decide(kind, feature.id, { place });
    };
    this.enter({ click }, t('place.click'), choice);
  }

  /** Two clicks (or one and Enter on the button) give the closed stretch. */
  declare() {
    const points = [];
    const drawn = this.L.featureGroup().addTo(this.map);
    const done = () => { const shape = geometry(points); this.stop(); askClosure(this, shape); };
    const click = (latlng) => {
      points.push(position(latlng));
      one.disabled = false;
      const at = points.map(([lon, lat]) => [lat, lon]);
      drawn.clearLayers();
      for (const point of at) drawn.addLayer(this.L.circleMarker(point, { radius: 7, color: '#c00020' }));
      drawn.addLayer(this.L.polyline(at, { color: '#c00020', weight: 5 }));
      say(this.banner.firstChild, t('closure.second'));
      if (points.length === 2) done();
    };
    const one = h('button', { type: 'button', class: 'eoc-button', disabled: true, onclick: done }, t('closure.one_point'));
    this.enter({ click, drawn }, t('closure.first'), one);
  }

  /** Lift a closure, with the reason. */
  lift(feature) {
    this.map.closePopup();
    const p = feature.properties;
    openForm(this.host, {
      title: t('closure.lift'), note: `${t(`closure_kind.${p.closure_kind}`)} ${p.road_name}`, submit: t('closure.lift_send'),
      fields: [field(t('closure.reason'), h('input', { name: 'reason', maxlength: 2000, autofocus: true }))],
      send: ({ reason }) => this.desk.decide('road_closure.lifted', feature.id, reason.trim() ? { reason: reason.trim() } : {}),
    });
  }

  /** Start a mode {click(latlng), drawn?}: words and a control stand on the banner until it ends. */
  enter(mode, words, ...controls) {
    this.stop();
    this.mode = mode;
    this.map.closePopup();
    this.map.getContainer().dataset.mode = 'pick';
    const leave = h('button', { type: 'button', class: 'eoc-button', onclick: () => this.stop() }, t('dialog.cancel'));
    this.banner.replaceChildren(h('span', {}, words), ...controls, leave);
  }

  /** How far a click may be off: it is as exact as a dozen pixels of the map. */
  clickMetres() {
    const centre = this.map.getCenter();
    const beside = this.map.containerPointToLatLng(this.map.latLngToContainerPoint(centre).add([12, 0]));
    const metres = this.map.distance(centre, beside);
    return METRES.find((m) => m >= metres) ?? METRES.at(-1);
  }

  async #knowRoads() {
    try {
      const ground = await request('GET', '/assets/ground.geojson', { prefix: page.prefix });
      for (const { properties: p } of ground.features) if (p.kind === 'road') this.roads.set(p.name, p.owner);
    } catch {
      this.roads.clear(); // without the list the name is typed by hand
    }
  }
}

function geometry(points) {
  return points.length > 1 ? { type: 'LineString', coordinates: points } : { type: 'Point', coordinates: points[0] };
}
