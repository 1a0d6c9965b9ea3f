// After the event: a slider over the log. Each position asks the server what was known then.
import './map.css';
import './analysis.css';
import './review.css';
import { AnalysisLayer } from './analysis.js';
import { request } from './api.js';
import { say, whenPresent } from './dom.js';
import { followZoom } from './ground.js';
import { startLayers } from './layers/start.js';
import { LiveLayer, theMap } from './map_layer.js';
import { startShell } from './shell.js';
import { fullClock } from './time.js';
import { page, t } from './words.js';

// AG Grid calls this by name; its own expressions would need eval
globalThis.dashAgGridFunctions = Object.assign(globalThis.dashAgGridFunctions ?? {}, {
  eocMoment: (text) => (text ? fullClock(Date.parse(text)) : ''),
});

async function start() {
  const shell = await startShell();
  const { L, map } = await theMap;
  followZoom(map);
  const layers = startLayers({ L, map, replica: shell?.replica, past: Boolean(shell) });
  if (!shell) return;
  const slider = await whenPresent('review-seq');
  const csv = await whenPresent('review-csv');
  csv.href = `${page.prefix}/api/v1/incidents/${page.incidentId}/timeline.csv`;
  slider.min = await firstSeq();
  const past = new Past(L, map, slider, layers);
  slider.addEventListener('input', () => past.show());
  (await whenPresent('review-mode')).addEventListener('change', () => past.show());
  followChosen(await whenPresent('review-chosen'), slider, past);
  shell.replica.on('change', () => grow(slider, shell.replica.position, past));
  grow(slider, shell.replica.position, past); // the first change may have come before us
  globalThis.eocPast = past;
}

// the log is shared by all incidents: this one begins at its own first entry
async function firstSeq() {
  const { rows } = await request('GET', `/api/v1/incidents/${page.incidentId}/timeline?limit=1`);
  return String(rows[0]?.seq ?? 0);
}

// a click on a row of the table moves the slider to it
function followChosen(node, slider, past) {
  new MutationObserver(() => {
    if (!node.dataset.seq) return;
    slider.value = node.dataset.seq;
    past.show();
  }).observe(node, { attributes: true, attributeFilter: ['data-seq'] });
}

// new entries lengthen the slider; somebody who looks at the newest stays at the newest
function grow(slider, upto, past) {
  const newest = Number(slider.value) >= Number(slider.max);
  slider.max = String(Math.max(upto, Number(slider.max)));
  if (!newest) return;
  slider.value = slider.max;
  past.show();
}

// what is exported is what is shown: the board as it was known then
function exportsAt(seq) {
  for (const link of document.querySelectorAll('#review-exports a[data-format]')) {
    link.href = `${page.prefix}/api/v1/incidents/${page.incidentId}/export.${link.dataset.format}?known_at=${seq}`;
  }
}

class Past {
  constructor(L, map, slider, layers) {
    Object.assign(this, { slider, layers, asked: 0, shown: 0, ground: null });
    this.replica = { features: new Map() };
    this.layer = new LiveLayer({ L, map, replica: this.replica });
    this.analysis = new AnalysisLayer({ L, map, replica: this.replica });
  }

  async show() {
    const asked = ++this.asked;
    const seq = Number(this.slider.value);
    const mode = document.querySelector('#review-mode input:checked')?.value ?? 'known_at';
    const moment = await this.#moment(seq);
    if (asked !== this.asked) return;
    const at = mode === 'true_at' && moment ? moment.recorded_at : seq;
    const url = `/api/v1/incidents/${page.incidentId}/board.geojson?${mode}=${encodeURIComponent(at)}`;
    const board = await request('GET', url);
    // an older answer must not overwrite a newer one
    if (asked < this.shown) return;
    this.shown = asked;
    this.#draw(board.features);
    exportsAt(seq);
    say(document.getElementById('review-at'), moment
      ? t('review.at', { seq, at: fullClock(Date.parse(moment.recorded_at)) }) : t('review.before'));
  }

  // the layers in force then, asked for only when they were others than those shown
  #ground(features) {
    const layers = features.filter(({ properties: p }) => p.type === 'layer').map(({ id, properties: p }) => `${id}${p.sha256}${p.state}`);
    const look = layers.sort().join();
    if (look === this.ground) return;
    this.ground = look;
    this.layers.load(Number(this.slider.value));
  }

  async #moment(seq) {
    if (seq < 1) return null;
    const url = `/api/v1/incidents/${page.incidentId}/timeline?after=${seq - 1}&limit=1`;
    return (await request('GET', url)).rows[0] ?? null;
  }

  #draw(features) {
    const before = [...this.replica.features.keys()];
    this.replica.features.clear();
    for (const feature of features) this.replica.features.set(feature.id, feature);
    this.layer.seqs.clear(); // a jump in time is the mass: nothing pulses
    const touched = [...new Set([...before, ...this.replica.features.keys()])];
    this.layer.apply(touched);
    this.analysis.apply(touched);
    this.#ground(features);
    for (const cell of document.querySelectorAll('#review-figures [data-measure]')) {
      const measure = this.replica.features.get(`measure:${cell.dataset.measure}`);
      say(cell.querySelector('b'), String(measure?.properties.value ?? 0));
    }
  }
}

start();
