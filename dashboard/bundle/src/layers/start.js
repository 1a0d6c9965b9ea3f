// Layers of a page: the ground and the link at once, the catalogue when the live layer stands.
import './layers.css';
import { ApiError, request } from '../api.js';
import { page, t } from '../words.js';
import { Attribution } from './attribution.js';
import { Choice } from './choice.js';
import { Control } from './control.js';
import { Drawing } from './drawing.js';
import { GROUND, groundLayer, northArrow, showGround } from './ground_layer.js';
import { LegendBox } from './legend_box.js';
import { ViewLink } from './view_link.js';

const BOARD_MS = 4000; // the board may not come: the ground is wanted all the more
const AGAIN_MS = 500;
const BASE_GROUP = 'base';

/**
 * Start the layers of one map. replica (or null) is waited for; wall: no control unless
 * ?layers=1, and the position is the link's only when the link has one; past: whoever shows a
 * moment loads its layers. Returns the layers.
 */
export function startLayers({ L, map, replica = null, wall = false, key = null, past = false }) {
  const layers = new Layers({ L, map, wall, key });
  if (!past) {
    standing(replica).then(() => layers.load());
    follow(replica, layers);
  }
  globalThis.eocLayers = layers;
  return layers;
}

class Layers {
  constructor({ L, map, wall, key }) {
    this.choice = new Choice([groundLayer(BASE_GROUP)]);
    this.link = new ViewLink(map, this.choice, () => !wall || this.moved);
    this.moved = Boolean(this.link.asked.view);
    northArrow(L, map);
    const shown = wall ? new LegendBox(map, document.getElementById('wall-legend')) : null;
    const attribution = new Attribution(L, map);
    this.drawing = new Drawing({ L, map, onStatus: () => this.control?.update() });
    if (!wall || new URLSearchParams(location.search).get('layers') === '1') this.#offer(L, map, key);
    this.choice.onChange(() => {
      showGround(map, this.choice);
      this.drawing.sync(this.choice);
      for (const part of [attribution, shown]) part?.show(this.choice.visible());
      this.control?.update();
    });
    map.on('dragstart', () => { this.moved = true; });
    map.getContainer().addEventListener('wheel', () => { this.moved = true; }, { passive: true });
    addEventListener('hashchange', () => { this.moved = Boolean(this.link.asked.view); });
    this.choice.take(this.link.asked);
  }

  /** Whether somebody, by link or by hand, chose where the map looks. */
  get pinned() {
    return this.moved;
  }

  toggle() {
    this.control?.toggle();
  }

  /** Ask for the catalogue, as it was known at a seq if one is given; without it the ground and the live layer go on. */
  load = async (knownAt = null) => {
    this.control?.calm();
    try {
      const then = Number.isFinite(knownAt) && knownAt !== null ? `&known_at=${knownAt}` : '';
      const path = `/api/v1/layers?incident=${encodeURIComponent(page.incidentId ?? '')}${then}`;
      this.#learn(await request('GET', path));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.control?.fail(error);
    }
  };

  #offer(L, map, key) {
    this.control = new Control({ L, map, choice: this.choice, drawing: this.drawing, reload: this.load, key });
    this.control.learn([{ id: BASE_GROUP, title: t('layers.base') }]);
  }

  #learn({ groups = [], layers = [] }) {
    const group = layers.find(({ base }) => base)?.group ?? BASE_GROUP;
    const told = layers.find(({ name }) => name === GROUND);
    const all = [groundLayer(group, told), ...layers.filter(({ name }) => name !== GROUND)];
    this.choice.learn(all, this.learnt ? this.choice.link() : this.link.asked);
    this.control?.learn(named(groups, all));
    if (!this.learnt) this.link.settle();
    this.learnt = true;
    performance.mark('eoc-layers-ready');
  }
}

// somebody put another layer in force: the map shows it without being loaded again
function follow(replica, layers) {
  let waiting = 0;
  replica?.on('change', (ids) => {
    if (replica.state !== 'live' || !ids.some((id) => id.startsWith('layer:'))) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => layers.load(), AGAIN_MS);
  });
}

// a layer whose group nobody named must still be found
function named(groups, layers) {
  const known = new Set(groups.map(({ id }) => id));
  const others = [...new Set(layers.map(({ group }) => group))].filter((id) => !known.has(id));
  const title = (id) => (id === BASE_GROUP ? t('layers.base') : t('layers.others'));
  return [...groups, ...others.map((id) => ({ id, title: title(id) }))];
}

// the live layer comes first; what is looked at less often waits until the page is idle
async function standing(replica) {
  if (replica) {
    await new Promise((done) => {
      const ready = () => { if (replica.state === 'live') done(); };
      replica.on('state', ready);
      replica.on('change', ready);
      setTimeout(done, BOARD_MS);
      ready();
    });
  }
  await new Promise((done) => {
    if (globalThis.requestIdleCallback) requestIdleCallback(done, { timeout: 1000 });
    else setTimeout(done, 200);
  });
}
