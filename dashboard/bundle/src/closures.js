// Road closures as drawn: a line or a point with ×, never clustered.
import { h, svg } from './dom.js';
import { dayClock } from './time.js';
import { t } from './words.js';

const LINES = {
  full: { color: '#c00020', dashArray: null },
  alternating: { color: '#c05a00', dashArray: '14 10' },
  large_vehicles: { color: '#6a3d9a', dashArray: '14 10' },
  caution: { color: '#8a6d00', dashArray: '4 10' },
};

/** The Leaflet group of one closure in force; size in pixels. */
export function closureShape(L, { geometry, properties: p }, size) {
  const group = L.featureGroup();
  const line = LINES[p.closure_kind] ?? LINES.full;
  const turn = ([lon, lat]) => [lat, lon];
  if (geometry.type === 'Point') return group.addLayer(cross(L, turn(geometry.coordinates), size, line));
  const points = geometry.coordinates.map(turn);
  group.addLayer(L.polyline(points, { color: '#ffffff', weight: size / 4, opacity: 0.9, className: 'eoc-analysis-closures' }));
  group.addLayer(L.polyline(points, { ...line, weight: size / 6, className: 'eoc-closure eoc-analysis-closures' }));
  group.addLayer(cross(L, middle(points), size, line));
  if (points.length === 2) for (const end of points) group.addLayer(cross(L, end, size * 0.6, line));
  return group;
}

/** The words of one closure; lift(feature) adds the button that lifts it. */
export function closureWords({ id, properties: p, ...rest }, lift) {
  const rows = [
    ['closure.owner', p.owner], ['closure.closed_by', p.closed_by],
    ['closure.confirmed_means', p.confirmed_means && t(`means.${p.confirmed_means}`)],
    ['closure.reason', p.reason], ['closure.since', dayClock(p.created_at)],
  ].filter(([, value]) => value);
  return h('div', { class: 'eoc-closure-words' },
    h('h3', {}, `${t(`closure_kind.${p.closure_kind}`)} ${p.road_name}`),
    h('dl', {}, rows.map(([key, value]) => [h('dt', {}, t(key)), h('dd', {}, value)])),
    lift && h('button', { type: 'button', class: 'eoc-button', onclick: () => lift({ id, properties: p, ...rest }) }, t('closure.lift')));
}

function middle(points) {
  if (points.length % 2) return points[(points.length - 1) / 2];
  const [a, b] = [points[points.length / 2 - 1], points[points.length / 2]];
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

function cross(L, at, size, { color }) {
  const html = svg('svg', { viewBox: '0 0 48 48', class: 'eoc-symbol' },
    svg('circle', { cx: 24, cy: 24, r: 20, fill: '#ffffff', stroke: color, 'stroke-width': 5 }),
    svg('path', { d: 'M14 14l20 20M34 14 14 34', stroke: color, 'stroke-width': 6, 'stroke-linecap': 'round' }));
  const icon = L.divIcon({ html, className: 'eoc-marker eoc-analysis-closures', iconSize: [size, size], iconAnchor: [size / 2, size / 2] });
  return L.marker(at, { icon, keyboard: false, zIndexOffset: 500 });
}
