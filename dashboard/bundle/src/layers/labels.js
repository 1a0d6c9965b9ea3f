// The names of layers: markers among the names of the ground, only where one looks.
import { h } from '../dom.js';
import { tidyLabels } from '../ground.js';

const MOST = 150; // more could not be read anyway

/** Names by owner; those in view stand on the map, at most 150. */
export class Labels {
  constructor(L, map) {
    Object.assign(this, { L, map, owners: new Map(), shown: new Map(), waiting: 0 });
    map.on('moveend', () => this.#soon());
  }

  /** names: [{text, lat, lon, beside}]; beside: the place itself stays free. */
  set(owner, names) {
    this.owners.set(owner, names);
    this.#soon();
  }

  drop(owner) {
    if (this.owners.delete(owner)) this.#soon();
  }

  #soon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.#draw(), 80);
  }

  #draw() {
    const wanted = this.#inView();
    for (const [key, marker] of this.shown) {
      if (wanted.has(key)) continue;
      marker.remove();
      this.shown.delete(key);
    }
    for (const [key, name] of wanted) if (!this.shown.has(key)) this.shown.set(key, this.#marker(name));
    tidyLabels(this.map);
  }

  // the same name of two tiles that touch is one name
  #inView() {
    const box = this.map.getBounds();
    const wanted = new Map();
    for (const names of this.owners.values()) {
      for (const name of names) {
        if (wanted.size >= MOST) return wanted;
        if (box.contains([name.lat, name.lon])) wanted.set(`${name.text}@${name.lat.toFixed(2)},${name.lon.toFixed(2)}`, name);
      }
    }
    return wanted;
  }

  #marker({ text, lat, lon, beside }) {
    const html = h('div', {}, h('span', {}, text));
    const icon = this.L.divIcon({ html, className: `eoc-label line layer rank-4${beside ? ' beside' : ''}`, iconSize: null });
    const options = { icon, interactive: false, keyboard: false, pane: 'shadowPane' };
    return this.L.marker([lat, lon], options).addTo(this.map);
  }
}
