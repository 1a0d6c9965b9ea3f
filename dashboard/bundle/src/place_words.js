// The words of a position: asked when somebody looks at it, shown with their source, never stored by itself.
import './place_words.css';
import { onLine } from './analysis_words.js';
import { request } from './api.js';
import { h } from './dom.js';
import { page, t } from './words.js';

/** What an element says when words came into it later: a pop-up has to make room. */
export const GROWN = 'eoc-grown';
const MOST = 300;
const TALL_PX = 900;
let opened = globalThis.innerHeight > TALL_PX; // on a low screen the buttons of the decision come first
const known = new Map(); // key → answer, or the promise of one

/** Forget what was asked: the layers in force changed. */
export function forgetPlaces() {
  known.clear();
}

/** The words of a position as an element that fills itself; take(words) offers to keep them. */
export function placeCard({ lon, lat, uncertainty_m: unsure = 0 }, take = null) {
  const node = h('div', { class: 'place-words' });
  const fill = (told) => node.replaceChildren(...(told ? lines(told, take) : [h('p', { class: 'waiting' }, t('ground.no_answer'))]));
  const answer = about(lon, lat, unsure);
  if (answer instanceof Promise) {
    node.append(h('p', { class: 'waiting' }, t('ground.asking')));
    answer.then((told) => { fill(told); node.dispatchEvent(new CustomEvent(GROWN, { bubbles: true })); });
  } else fill(answer);
  return node;
}

function about(lon, lat, unsure) {
  const key = [lon, lat, Math.round(unsure)].join();
  if (known.has(key)) return known.get(key);
  const query = new URLSearchParams({ lon, lat, uncertainty_m: Math.round(unsure), lang: page.lang, ...(page.incidentId ? { incident: page.incidentId } : {}) });
  const asked = request('GET', `/api/v1/place?${query}`).then(
    (told) => { known.set(key, told); return told; },
    () => { known.delete(key); return null; }); // asked again at the next look
  known.set(key, asked);
  if (known.size > MOST) known.delete(known.keys().next().value);
  return asked;
}

function lines(told, take) {
  const on = ['river', 'road'].filter((kind) => told[kind]).map((kind) => h('p', { class: `on-${kind}` }, h('b', {}, t(`ground.${kind}`)), ` ${onLine(told[kind])}`));
  const source = told.sources.length > 0 && h('p', { class: 'eoc-source' }, t('ground.source', { source: told.sources.join(' ／ ') }));
  const more = h('details', { open: take && opened, ontoggle: () => { if (take) opened = more.open; } }, h('summary', {}, t('ground.more')), on, source);
  return [
    h('p', { class: 'words' }, h('b', {}, t('ground.words')), ` ${told.words}`,
      take && h('button', { type: 'button', class: 'eoc-button', onclick: () => take(told.words) }, t('ground.take'))),
    (on.length > 0 || source) && more,
  ].filter(Boolean);
}
