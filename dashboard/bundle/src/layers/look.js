// The look of a layer, checked: a style comes with the data and may hold anything.
import { clamp } from './state.js';

const COLOUR = /^(#[0-9a-f]{3,8}|[a-z]{3,24}|rgba?\([\d\s.,%/]{5,40}\))$/i;
const INK = '#4a5866';
const DASHES = /^[\d\s.,]{1,40}$/;

/** A colour, or another one when it is none: url(…) would ask another host. */
export function colour(value, otherwise = INK) {
  return typeof value === 'string' && COLOUR.test(value.trim()) ? value.trim() : otherwise;
}

/** A style with every value of it usable: {color, weight, dash: [], fill, fillOpacity, radius, icon, label}. */
export function look(style) {
  const given = style ?? {};
  const color = colour(given.color ?? given.fill);
  return {
    color,
    weight: number(given.weight, 2, 0, 20),
    dash: dashes(given.dash),
    fill: given.fill ? colour(given.fill, color) : null, // of areas; a point is always filled
    fillOpacity: number(given.fill_opacity, 0.25, 0, 1),
    radius: number(given.radius, 6, 1, 40),
    edge: Math.min(number(given.weight, 1.5, 0, 20), 2.5), // of a point
    icon: String(given.icon ?? 'circle'),
    label: typeof given.label === 'string' && given.label ? given.label : null,
  };
}

function number(value, own, least, most) {
  return typeof value === 'number' && Number.isFinite(value) ? clamp(value, least, most) : own;
}

function dashes(value) {
  const text = Array.isArray(value) ? value.join(' ') : String(value ?? '');
  return DASHES.test(text) ? text.split(/[\s,]+/).filter(Boolean).map(Number).filter((n) => n >= 0).slice(0, 8) : [];
}

// icon → corners on a circle around the point, in units of its radius; none of them is a circle
const CORNERS = {
  square: [[-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]],
  diamond: [[0, -1.15], [1.15, 0], [0, 1.15], [-1.15, 0]],
  triangle: [[0, -1.1], [1.05, 0.8], [-1.05, 0.8]],
  down: [[0, 1.1], [1.05, -0.8], [-1.05, -0.8]],
  bar: [[-1.25, -0.7], [1.25, -0.7], [1.25, 0.7], [-1.25, 0.7]],
  house: [[0, -1.1], [0.95, -0.2], [0.95, 0.95], [-0.95, 0.95], [-0.95, -0.2]],
  cross: [
    [-0.4, -1.1], [0.4, -1.1], [0.4, -0.4], [1.1, -0.4], [1.1, 0.4], [0.4, 0.4],
    [0.4, 1.1], [-0.4, 1.1], [-0.4, 0.4], [-1.1, 0.4], [-1.1, -0.4], [-0.4, -0.4],
  ],
};
// what the catalogue calls them: places to flee to and places to stay must not look alike
const NAMED = { evacuation_site: 'square', shelter: 'house', station: 'bar', depot: 'diamond' };

function cornersOf(icon) {
  const shape = Object.hasOwn(NAMED, icon) ? NAMED[icon] : icon;
  return Object.hasOwn(CORNERS, shape) ? CORNERS[shape] : null;
}

/** Trace the outline of a point on a canvas path; the caller begins and fills it. */
export function trace(ctx, icon, x, y, radius) {
  const corners = cornersOf(icon);
  if (!corners) {
    ctx.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  corners.forEach(([dx, dy], i) => ctx[i ? 'lineTo' : 'moveTo'](x + dx * radius, y + dy * radius));
  ctx.closePath();
}

/** The outline of a point with corners as an SVG path around x, y; null for a circle. */
export function outlinePath(icon, x, y, radius) {
  const corners = cornersOf(icon)?.map(([dx, dy]) => `${x + dx * radius},${y + dy * radius}`);
  return corners ? `M${corners.join('L')}Z` : null;
}

/** The outline of a point as the points of an SVG polygon around 0, 0; null for a circle. */
export function outline(icon, radius) {
  return cornersOf(icon)?.map(([x, y]) => `${x * radius},${y * radius}`).join(' ') ?? null;
}

/** The words beside a feature: the property a style names, as one short line. */
export function labelOf(properties, label) {
  const text = label ? properties?.[label] : null;
  if (typeof text !== 'string' && typeof text !== 'number') return '';
  return String(text).replace(/\s+/g, ' ').trim().slice(0, 40);
}
