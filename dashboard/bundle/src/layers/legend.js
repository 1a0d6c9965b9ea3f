// The legend of a layer: swatches as SVG, so that a colour can be nothing but a colour.
import { h, svg } from '../dom.js';
import { address, outward } from './attribution.js';
import { colour, look, outline } from './look.js';
import { t } from '../words.js';

const SHAPES = {
  fill: (color, style) => svg('rect', { x: 2, y: 3, width: 24, height: 14, fill: color, 'fill-opacity': style.swatch, stroke: color, 'stroke-width': 1.5 }),
  line: (color, style) => svg('path', { d: 'M2 10H26', stroke: color, 'stroke-width': Math.max(2, Math.min(style.weight, 7)), 'stroke-dasharray': style.dash.join(' ') || null, fill: 'none' }),
  point: (color, style) => point(color, style.icon),
};

function point(color, icon) {
  const points = outline(icon, 7);
  const paint = { fill: color, stroke: '#16202a', 'stroke-width': 1, transform: 'translate(14 10)' };
  return points ? svg('polygon', { points, ...paint }) : svg('circle', { r: 7, ...paint });
}

/** The rows of a legend; an empty list when the layer has none. */
export function legendRows(layer) {
  // the colours of tiles are those of the legend itself, those of areas let the ground through
  const own = look(layer.style);
  const style = { ...own, swatch: layer.kind === 'raster' ? 1 : Math.max(own.fillOpacity, 0.35) };
  return (Array.isArray(layer.legend) ? layer.legend : []).map((item) => row(item, style));
}

function row(item, style) {
  const label = String(item.label ?? '');
  if (item.shape === 'image') return picture(item, label);
  const draw = SHAPES[item.shape] ?? SHAPES.fill;
  return h('li', {}, svg('svg', { viewBox: '0 0 28 20', class: 'eoc-swatch', 'aria-hidden': 'true' }, draw(colour(item.color, style.color), style)), h('span', {}, label));
}

// only pictures of our own server are shown; others are a link
function picture({ url }, label) {
  const local = typeof url === 'string' && /^\/(?!\/)/.test(url);
  if (local) return h('li', { class: 'picture' }, h('span', {}, label), h('img', { src: url, alt: label || t('layers.legend'), loading: 'lazy' }));
  return address(url) ? h('li', {}, outward(label || t('layers.legend'), url)) : h('li', {}, label);
}
