// The address bar and the map say the same: a view can be sent as a link.
import { parse, serialise } from './state.js';

const QUIET_MS = 300;

/** Keeps the hash in step. pinned() tells whether the position belongs to the link. */
export class ViewLink {
  constructor(map, choice, pinned) {
    Object.assign(this, { map, choice, pinned, asked: parse(location.hash), known: false, waiting: 0 });
    this.#goTo(this.asked.view);
    map.on('moveend', () => this.#soon());
    choice.onChange(() => this.#soon());
    addEventListener('hashchange', () => this.#follow());
  }

  /** The catalogue is there: from now on the hash tells what is shown. */
  settle() {
    this.known = true;
    this.#soon();
  }

  #goTo(view) {
    if (view) this.map.setView([view.lat, view.lon], view.zoom, { animate: false });
  }

  #follow() {
    this.asked = parse(location.hash);
    this.choice.take(this.asked);
    this.#goTo(this.asked.view);
  }

  #soon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.#write(), QUIET_MS);
  }

  // until the catalogue is known, the layers a link asks for stay in it
  #write() {
    const { lat, lng } = this.map.getCenter();
    const view = this.pinned() ? { zoom: this.map.getZoom(), lat, lon: lng } : null;
    const hash = serialise({ ...(this.known ? this.choice.link() : this.asked), view });
    if (hash === location.hash) return;
    history.replaceState(history.state, '', `${location.pathname}${location.search}${hash}`);
  }
}
