// The wall: nobody touches it, it is read from 6 m, it runs for days.
import './map.css';
import './analysis.css';
import './wall.css';
import { AnalysisLayer } from './analysis.js';
import { AccessPanel, LaharPanel } from './analysis_panel.js';
import { say, h, whenPresent } from './dom.js';
import { followZoom, TOWN } from './ground.js';
import { startLayers } from './layers/start.js';
import { isMarked, LiveLayer, theMap } from './map_layer.js';
import { followSettled, reloadForNewest, startShell } from './shell.js';
import { CODES, ringSymbol, symbol } from './symbols.js';
import { clock } from './time.js';
import { Counts, Instructions, Oldest, Strip } from './wall_panels.js';
import { t } from './words.js';

const RINGS = ['open', 'in_progress', 'monitoring', 'done'];
const scale = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;

async function start() {
  const shell = await startShell();
  reloadForNewest();
  const { L, map } = await theMap;
  followZoom(map);
  legend(await whenPresent('wall-legend'));
  const layers = startLayers({ L, map, replica: shell?.replica, wall: true });
  if (!shell) return;
  const { replica } = shell;
  const layer = new LiveLayer({ L, map, replica, size: Math.round(42 * scale()) });
  const analysis = new AnalysisLayer({ L, map, replica, size: Math.round(36 * scale()) });
  const panels = makePanels(replica);
  const view = new View(L, map, replica, layers);
  let fresh = false;
  const take = (ids) => {
    layer.apply(ids);
    analysis.apply(ids);
    for (const panel of panels) panel.apply(ids, fresh);
    view.apply(ids);
    fresh = true;
  };
  followSettled(replica, take);
  shell.root.addEventListener('eoc-teams', () => panels.forEach((panel) => { panel.look = ''; panel.apply([], fresh); }));
  setInterval(() => asOf(shell.lastGood()), 1000);
  globalThis.eocWall = { layer, analysis, map, panels };
  performance.mark('eoc-wall-ready');
}

function makePanels(replica) {
  const node = (id) => document.getElementById(id);
  return [
    new Counts(node('wall-counts'), replica),
    new Strip(node('wall-strip'), replica),
    new Instructions(node('wall-instructions'), replica),
    new Oldest(node('wall-oldest'), replica),
    new AccessPanel(node('wall-access'), replica, { most: 8 }),
    new LaharPanel(node('wall-lahar'), replica),
  ];
}

function asOf(good) {
  if (good) say(document.getElementById('wall-as-of'), t('wall.as_of', { at: clock(good) }));
}

function legend(node) {
  const item = (picture, words) => h('li', {}, picture, h('span', {}, words));
  node.replaceChildren(
    ...CODES.map((code) => item(symbol(code, {}), t(`category.${code}`))),
    ...RINGS.map((handling) => item(ringSymbol(handling), t(`handling.${handling}`))),
    item(symbol('other', { unverified: true }), t('certainty.unverified')));
}

/** Keeps everything that happened in view: the wall has nobody to move the map. A link goes first. */
class View {
  constructor(L, map, replica, layers) {
    Object.assign(this, { L, map, replica, layers, bounds: L.latLngBounds(TOWN), legend: document.getElementById('wall-legend') });
    this.#fit();
    map.on('resize', () => this.#fit());
  }

  apply(ids) {
    const news = ids.map((id) => this.replica.features.get(id)).filter((f) => isMarked(f));
    const points = news.map(({ geometry: { coordinates: [lon, lat] } }) => [lat, lon]).filter((at) => this.#near(at));
    const grown = points.filter((at) => !this.bounds.contains(at));
    if (!grown.length) return;
    for (const at of grown) this.bounds.extend(at);
    this.#fit();
  }

  // one wrong position (0,0; another prefecture) must not zoom the town away
  #near([lat, lon]) {
    return lat > 43.2 && lat < 43.9 && lon > 142.0 && lon < 143.2;
  }

  // a link may say where the wall looks
  #fit() {
    if (this.layers.pinned) return;
    this.map.fitBounds(this.bounds.pad(0.03), { maxZoom: 13, animate: false, paddingBottomRight: [0, this.legend.offsetHeight] });
  }
}

start();
