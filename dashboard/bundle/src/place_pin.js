// A pin for a place that is being considered: nothing of it is stored.
import { h, svg } from './dom.js';

const LEAST_ZOOM = 13;
const WIDE_M = 5000;

/** One pin of one map, with the circle of its uncertainty. */
export class PlacePin {
  constructor({ L, map }) {
    Object.assign(this, { L, map, shape: null });
  }

  /** Put the pin on a candidate {lon, lat, uncertainty_m, name} and bring it into sight. */
  show({ lon, lat, uncertainty_m: metres, name }) {
    this.clear();
    const at = [lat, lon];
    const circle = this.L.circle(at, { radius: metres, color: '#0b4a7d', weight: 2, dashArray: '6 5', fillOpacity: 0.1, interactive: false });
    const html = h('div', {}, h('span', { class: 'eoc-pin-label' }, name), pin());
    const icon = this.L.divIcon({ html, className: 'eoc-pin', iconSize: [30, 42], iconAnchor: [15, 41] });
    const marker = this.L.marker(at, { icon, interactive: false, keyboard: false, zIndexOffset: 5000 });
    this.shape = this.L.layerGroup([circle, marker]).addTo(this.map);
    if (metres > WIDE_M) this.map.fitBounds(this.L.latLng(at).toBounds(2 * metres), { animate: false });
    else this.map.setView(at, Math.max(this.map.getZoom(), LEAST_ZOOM), { animate: false });
  }

  clear() {
    this.shape?.remove();
    this.shape = null;
  }
}

function pin() {
  return svg('svg', { viewBox: '0 0 30 42', 'aria-hidden': 'true' },
    svg('path', { d: 'M15 41C8 30 2 23 2 15a13 13 0 0 1 26 0c0 8-6 15-13 26Z', fill: '#0b4a7d', stroke: '#ffffff', 'stroke-width': 2 }),
    svg('circle', { cx: 15, cy: 15, r: 5, fill: '#ffffff' }));
}
