// Triage: what came in, its photo, its place; every decision by mouse and by key.
import './map.css';
import './analysis.css';
import './triage.css';
import { AnalysisLayer } from './analysis.js';
import { AccessPanel, LaharPanel } from './analysis_panel.js';
import { lahar } from './clock_tool.js';
import { reportDamage } from './damage_tool.js';
import { Desk } from './desk.js';
import { h, whenPresent } from './dom.js';
import { followZoom } from './ground.js';
import { startLayers } from './layers/start.js';
import { isMarked, LiveLayer, theMap } from './map_layer.js';
import { MapTools } from './map_tools.js';
import { PlacePin } from './place_pin.js';
import { PlaceSearch } from './place_search.js';
import { forgetPlaces } from './place_words.js';
import { findShelters } from './shelter_tool.js';
import { followSettled, reloadForNewest, startShell } from './shell.js';
import { Detail } from './triage_detail.js';
import { askInstruction, askProxy, askWithdrawal, callMemo } from './triage_forms.js';
import { helpSheet, listenToKeys } from './triage_keys.js';
import { isListed, List } from './triage_list.js';
import { Viewer } from './viewer.js';
import { page, t } from './words.js';

const node = (id) => document.getElementById(id);
const STARTERS = ['commander', 'desk', 'controller'];
const mayStart = () => STARTERS.some((role) => page.me?.roles.includes(role));

async function start() {
  const shell = await startShell();
  if (!shell) {
    reloadForNewest();
    return;
  }
  await whenPresent('triage-list');
  const { L, map } = await theMap;
  followZoom(map);
  const triage = new Triage(L, map, shell.replica);
  followSettled(shell.replica, (ids) => triage.apply(ids));
  shell.root.addEventListener('eoc-teams', () => triage.apply([...triage.list.rows.keys()]));
  node('triage-top').replaceChildren(...triage.buttons());
  listenToKeys(triage);
  globalThis.eocTriage = triage;
  performance.mark('eoc-triage-ready');
}

/** The page: one chosen subject, shown by list, photo, words and map alike. */
class Triage {
  constructor(L, map, replica) {
    Object.assign(this, { L, map, replica, chosen: null, host: node('triage-dialogs') });
    this.desk = new Desk({ replica, notice: node('triage-notice') });
    this.layers = startLayers({ L, map, replica, key: 'L' });
    this.layer = new LiveLayer({ L, map, replica, size: 38, pick: (id) => this.choose(id) });
    this.analysis = new AnalysisLayer({ L, map, replica });
    this.access = new AccessPanel(node('triage-access'), replica, { most: 5 });
    this.lahar = new LaharPanel(node('triage-lahar'), replica);
    this.list = new List({
      node: node('triage-list'), filters: node('triage-filters'), count: node('triage-count'),
      replica, pick: (id) => this.choose(id),
    });
    this.viewer = new Viewer(node('triage-photo'), replica);
    this.tools = new MapTools({ L, map, desk: this.desk, host: this.host, banner: node('triage-mode') });
    this.layer.lift = (feature) => this.tools.lift(feature);
    this.pin = new PlacePin({ L, map });
    this.search = new PlaceSearch({ pin: new PlacePin({ L, map }), key: 'G' });
    node('triage-tools').replaceChildren(this.search.node, h('div', { class: 'map-tools' }, this.mapButtons()));
    const acts = {
      triage: (axis, value) => this.decide(axis, value),
      place: () => this.place(),
      instruct: () => this.instruct(),
      proxy: (instruction) => askProxy(this, instruction),
      withdraw: (instruction) => askWithdrawal(this, instruction),
      take: (words) => this.take(words),
    };
    this.detail = new Detail({ node: node('triage-words'), replica, desk: this.desk, acts });
    this.#show();
  }

  get feature() {
    return this.chosen ? this.replica.features.get(this.chosen) : undefined;
  }

  apply(ids) {
    this.layer.apply(ids);
    this.analysis.apply(ids);
    this.access.apply(ids);
    this.lahar.apply(ids);
    if (ids.some((id) => id.startsWith('layer:'))) forgetPlaces();
    this.list.apply(ids);
    // nobody asked for the first one: a map that a link has placed stays where it is
    if (!this.chosen && this.list.order.size) this.choose(this.list.order.ids[0], { bring: !this.layers.pinned });
    else this.#show();
  }

  /** Choose a subject everywhere. */
  choose(id, { bring = true } = {}) {
    if (!isListed(this.replica.features.get(id))) return;
    this.chosen = id;
    this.desk.hush();
    this.tools.stop();
    this.layer.select(id);
    this.list.select(id);
    this.#show();
    const { feature } = this;
    if (bring && isMarked(feature)) this.#bring(feature.geometry.coordinates);
  }

  move(step) {
    const next = this.list.neighbour(step);
    if (next) this.choose(next);
  }

  decide(axis, value) {
    if (this.feature?.properties.type !== 'report') return;
    this.desk.decide('report.triaged', this.chosen, { [axis]: value });
  }

  place() {
    if (this.feature) this.tools.place(this.feature);
  }

  instruct() {
    if (this.feature?.properties.type === 'report') askInstruction(this, this.feature);
  }

  memo() {
    callMemo(this);
  }

  damage() {
    reportDamage(this, this.feature?.properties.type === 'report' ? this.feature : null);
  }

  shelters() {
    findShelters(this);
  }

  clock() {
    if (mayStart()) lahar(this);
  }

  /** Keep the words of the position as those of the place. */
  take(words) {
    const { id, properties: p } = this.feature;
    this.desk.decide(p.type === 'photo' ? 'photo.placed' : 'report.placed', id, { place: p.place, place_text: words.slice(0, 200) });
  }

  /** What has no place at a subject, for those who do not use keys. */
  buttons() {
    const button = (key, letter, act, look = '') => h('button', { type: 'button', class: `eoc-button ${look}`, onclick: act },
      t(key), h('kbd', {}, letter));
    return [
      button('memo.title', 'M', () => this.memo(), 'main'),
      button('keys.title', '?', () => helpSheet(this.host)),
    ];
  }

  mapButtons() {
    const button = (key, letter, act) => h('button', { type: 'button', class: 'eoc-button', onclick: act }, t(key), h('kbd', {}, letter));
    return [
      button('tool.closure', 'C', () => this.tools.declare()), button('tool.damage', 'R', () => this.damage()),
      button('tool.shelters', 'S', () => this.shelters()), mayStart() && button('tool.clock', 'T', () => this.clock()),
    ];
  }

  #show() {
    const { feature } = this;
    this.viewer.show(feature);
    this.detail.show(feature);
  }

  #bring([lon, lat]) {
    const at = [lat, lon];
    if (!this.map.getBounds().pad(-0.1).contains(at)) this.map.setView(at, Math.max(this.map.getZoom(), 13), { animate: false });
  }
}

start();
