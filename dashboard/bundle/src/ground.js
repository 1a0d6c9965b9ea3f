// How the hand-made ground looks: functions dash-leaflet finds by name in window.eocGround.
import { h, svg } from './dom.js';

const LINES = {
  river: { color: '#7fb2dd', weight: [7, 4.5, 3] },
  railway: { color: '#4a4f57', weight: [3, 3, 3], dashArray: '10 6' },
  national: { color: '#e0795b', weight: [6, 6, 6] },
  prefectural: { color: '#e8b54d', weight: [5, 4.5, 4] },
  road: { color: '#cfc4ae', weight: [4, 3.5, 3] },
};
const SHIELDS = { national: '#0a4fa3', prefectural: '#0a6b58' };

// a wall of 4K is read from as far as one of 1920
const scale = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;

function lineOf(p) {
  return LINES[p.kind === 'road' ? p.road_class : p.kind] ?? LINES.road;
}

/** Where the ground lies: above base maps (200), below the layers over it (260 and more). */
export const GROUND_PANE = 'eoc-ground';

/** The style of lines and areas. */
function style({ geometry, properties: p }) {
  if (geometry.type.endsWith('Polygon')) {
    return { pane: GROUND_PANE, className: 'eoc-ground-area', stroke: false, fillColor: '#ded6c4', fillOpacity: 0.9, interactive: false };
  }
  const line = lineOf(p);
  const weight = (line.weight[(p.rank ?? 2) - 1] ?? line.weight[2]) * scale();
  return { pane: GROUND_PANE, className: 'eoc-ground-line', color: line.color, weight, dashArray: line.dashArray, lineCap: 'round', interactive: false };
}

/** A place: a dot and its name; the class decides from which zoom it is read. */
function pointToLayer({ properties: p }, latlng) {
  return label(latlng, `eoc-label ground point kind-${p.kind} rank-${p.rank ?? 3}`,
    h('div', {}, dot(p.kind), h('span', {}, words(p))));
}

function words(p) {
  return p.elevation_m ? `${p.name} ${Math.round(p.elevation_m)} m` : p.name;
}

const TRIANGLE = new Set(['summit', 'crater']);

function dot(kind) {
  const shape = TRIANGLE.has(kind) ? { d: 'M8 2 15 14H1Z' } : { d: 'M3 3h10v10H3Z' };
  const round = kind === 'settlement';
  return svg('svg', { viewBox: '0 0 16 16' },
    round ? svg('circle', { cx: 8, cy: 8, r: 4, fill: '#5a5f66' }) : svg('path', { ...shape, fill: '#3a3f46' }));
}

function label(latlng, className, html) {
  const icon = globalThis.L.divIcon({ html, className, iconSize: null });
  return globalThis.L.marker(latlng, { icon, interactive: false, keyboard: false, pane: 'shadowPane' });
}

/** The name of a river or road, and its shield, at points along it. */
function onEachFeature({ geometry, properties: p }, layer) {
  if (geometry.type !== 'LineString' || !(p.name || p.ref)) return;
  const points = geometry.coordinates;
  const [lon, lat] = points[Math.floor(points.length * (p.kind === 'river' ? 0.38 : 0.55))];
  const text = p.ref ? shield(p) : h('span', {}, p.name);
  const made = label([lat, lon], `eoc-label ground line kind-${p.kind} rank-${p.rank ?? 3}`, h('div', {}, text));
  layer.on('add', () => layer._map?.addLayer(made));
  layer.on('remove', () => made.remove());
}

function shield(p) {
  const digits = String(p.ref).replace(/[^0-9]/g, '') || p.ref;
  const back = SHIELDS[p.road_class] ?? '#5a5f66';
  const shape = p.road_class === 'national' ? 'M16 29C8 22 2 14 3 5 11 2 21 2 29 5 30 14 24 22 16 29Z' : 'M16 2 30 9v14l-14 7L2 23V9Z';
  return svg('svg', { viewBox: '0 0 32 32', class: 'eoc-shield' },
    svg('path', { d: shape, fill: back, stroke: '#ffffff', 'stroke-width': 2 }),
    svg('text', { x: 16, y: 19.5, 'text-anchor': 'middle', fill: '#ffffff', 'font-size': digits.length > 2 ? 10 : 13, 'font-weight': 700 }, digits));
}

// what is read first keeps its place; a name that would lie on another one waits for a closer zoom
const KINDS = ['town_hall', 'settlement', 'summit', 'station', 'facility', 'river', 'road', 'crater', 'spot', 'railway'];

function importance(node, stepsBack) {
  if (stepsBack && node.classList.contains('ground')) return Infinity;
  const rank = Number(/rank-(\d)/.exec(node.className)?.[1] ?? 3);
  const kind = KINDS.indexOf(/kind-(\w+)/.exec(node.className)?.[1]);
  return rank * 100 + (kind < 0 ? KINDS.length : kind);
}

// from the plain to Tokachidake: what is shown while nothing has happened
export const TOWN = [[43.42, 142.38], [43.66, 142.7]];

/** Let the style sheet know the zoom, and show only names that do not lie on each other. */
export function followZoom(map) {
  const tell = () => {
    map.getContainer().dataset.zoom = String(Math.round(map.getZoom()));
    tidyLabels(map);
  };
  let waiting = 0;
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(tell, 50); };
  map.on('zoomend resize layeradd', (event) => {
    if (event.type !== 'layeradd' || event.layer.options?.pane === 'shadowPane') soon();
  });
  map.fitBounds(TOWN, { animate: false });
  map.attributionControl?.setPrefix(false);
  tell();
}

/** Show only names that do not lie on each other; on a base map those of the ground come last. */
export function tidyLabels(map) {
  const stepsBack = map.getContainer().dataset.ground === 'dim';
  const labels = [...map.getPane('shadowPane').querySelectorAll('.eoc-label')];
  for (const label of labels) label.classList.remove('covered');
  const taken = [];
  const boxes = labels.sort((a, b) => importance(a, stepsBack) - importance(b, stepsBack) || importance(a) - importance(b)).map((label) => label.firstChild.getBoundingClientRect());
  labels.forEach((label, i) => {
    const box = boxes[i];
    if (!box.width) return;
    const covered = taken.some((other) => box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top);
    if (covered) label.classList.add('covered');
    else taken.push(box);
  });
}

globalThis.eocGround = { style, pointToLayer, onEachFeature };
