// Category by colour and by shape and by glyph: colour alone excludes one man in twenty.
// Colours after Okabe and Ito. Every path lies in a box of 48 × 48 around 24, 24.
import { svg } from './dom.js';

const INK = '#1a1a1a';
const PAPER = '#ffffff';

const SHAPES = {
  circle: 'M24 11a13 13 0 1 0 .01 0Z',
  triangle: 'M24 9 38.5 35.5H9.5Z',
  down: 'M24 39 9.5 12.5h29Z',
  diamond: 'M24 8.5 39.5 24 24 39.5 8.5 24Z',
  square: 'M12 12h24v24H12Z',
  house: 'M24 8.5 38 20v17H10V20Z',
  hexagon: 'M24 9 37 16.5v15L24 39 11 31.5v-15Z',
  drop: 'M24 7.5c6 8 11 13.5 11 19.5a11 11 0 0 1-22 0c0-6 5-11.5 11-19.5Z',
  octagon: 'M18.5 10.5h11l8 8v11l-8 8h-11l-8-8v-11Z',
  bar: 'M8.5 15h31v18h-31Z',
};

const GLYPHS = {
  pile: 'M15.5 32 20 25l3 3.5L27 22l5.5 10Z',
  waves: 'M15.5 21.5q2.1-3 4.25 0t4.25 0 4.25 0 4.25 0M15.5 27.5q2.1-3 4.25 0t4.25 0 4.25 0 4.25 0',
  flow: 'M15.5 18.5q2.1-3 4.25 0t4.25 0 4.25 0 4.25 0M15.5 24.5q2.1-3 4.25 0t4.25 0 4.25 0 4.25 0M15.5 30.5q2.1-3 4.25 0t4.25 0 4.25 0 4.25 0',
  crack: 'M25 14.5 20.5 22l6 3-3.5 8.5',
  arch: 'M11.5 21h25M11.5 29.5V21M36.5 29.5V21M16.5 29.5a7.5 6 0 0 1 15 0',
  fall: 'M17 16.5 22 22l-2 3 6 6M27 17l3 3',
  tree: 'M24 33V25M24 14.5 17.5 26h13Z',
  bolt: 'M26.5 12.5 17.5 26h6l-2 9.5L31 22h-6.5Z',
  cross: 'M19.5 22.5l9 9M28.5 22.5l-9 9',
  door: 'M20.5 35.5V25h7v10.5',
  flake: 'M24 15v18M16.2 19.5l15.6 9M31.8 19.5l-15.6 9',
  person: 'M24 15.5a3 3 0 1 0 .01 0ZM18 32v-4.5a6 5 0 0 1 12 0V32',
  dots: 'M18 24h.01M24 24h.01M30 24h.01',
  check: 'M17.5 24.5 22.5 29.5 31 19',
  what: 'M20 20.5a4 4 0 1 1 5.5 3.700Q24 25 24 27.5M24 31.5h.01',
  camera: 'M14 20h4l2-3h8l2 3h4v10H14ZM24 22.5a2.7 2.7 0 1 0 .01 0Z',
};

// code → [colour, shape, glyph, colour of the glyph]
const CATEGORIES = {
  sediment: ['#d55e00', 'triangle', 'pile', PAPER],
  flooding: ['#56b4e9', 'circle', 'waves', INK],
  river: ['#0072b2', 'square', 'flow', PAPER],
  road: ['#e69f00', 'diamond', 'crack', INK],
  bridge: ['#e69f00', 'bar', 'arch', INK],
  slope: ['#8c510a', 'down', 'fall', PAPER],
  tree: ['#009e73', 'hexagon', 'tree', PAPER],
  power: ['#f0e442', 'octagon', 'bolt', INK],
  water: ['#56b4e9', 'drop', 'cross', INK],
  building: ['#cc79a7', 'house', 'door', INK],
  snow: ['#e8f1fa', 'hexagon', 'flake', '#0b4a7d'],
  people: ['#7b1f5c', 'circle', 'person', PAPER],
  other: ['#8a8f98', 'square', 'dots', PAPER],
  normal: ['#009e73', 'circle', 'check', PAPER],
  photo: ['#3d4650', 'bar', 'camera', PAPER],
};
const UNKNOWN = ['#ffffff', 'circle', 'what', INK];

/** The codes in the order of the legend. */
export const CODES = Object.keys(CATEGORIES).filter((code) => code !== 'photo');

// handling → the ring: [colour, width, dashes]
const RINGS = {
  open: ['#e0002b', 4, ''],
  in_progress: ['#b35c00', 4, '9 5'],
  monitoring: ['#0072b2', 4, '2.5 5'],
  handed_over: ['#5b5f66', 3.5, '14 4 3 4'],
  no_action: ['#8a8f98', 1.5, ''],
  done: ['#8a8f98', 1.5, ''],
};
const CLOSED = new Set(['no_action', 'done']);

/** The colour of a category, for edges and bars. */
export function colour(category) {
  return (CATEGORIES[category] ?? UNKNOWN)[0];
}

/**
 * The picture of one category as an SVG element.
 * look: {handling, urgent, unverified, struck, direction_deg}; all may be missing.
 */
export function symbol(category, look = {}) {
  const [fill, shape, glyph, ink] = CATEGORIES[category] ?? UNKNOWN;
  const faded = CLOSED.has(look.handling) || look.struck;
  return svg('svg', { viewBox: '0 0 48 48', class: 'eoc-symbol', 'aria-hidden': 'true' },
    Number.isFinite(look.direction_deg) && wedge(look.direction_deg),
    look.handling && ring(look.handling),
    svg('g', { opacity: faded ? 0.6 : 1 },
      svg('path', { d: SHAPES[shape], fill, stroke: PAPER, 'stroke-width': 4.5, 'stroke-linejoin': 'round' }),
      svg('path', { d: SHAPES[shape], fill, stroke: INK, 'stroke-width': 1.5, 'stroke-linejoin': 'round' }),
      svg('path', {
        d: GLYPHS[glyph], fill: 'none', stroke: ink, 'stroke-width': 2.4,
        'stroke-linecap': 'round', 'stroke-linejoin': 'round',
      })),
    look.struck && svg('path', { d: 'M9 39 39 9', stroke: INK, 'stroke-width': 3.5 }),
    look.urgent && badge(38, 9, '#e0002b', '!'),
    look.unverified && badge(39, 39, INK, '?'));
}

/** The ring of a handling state alone, for the legend. */
export function ringSymbol(handling) {
  return svg('svg', { viewBox: '0 0 48 48', class: 'eoc-symbol', 'aria-hidden': 'true' }, ring(handling));
}

function ring(handling) {
  const [stroke, width, dashes] = RINGS[handling] ?? RINGS.open;
  const circle = { cx: 24, cy: 24, r: 20.5, fill: 'none' };
  return svg('g', {},
    svg('circle', { ...circle, fill: PAPER, 'fill-opacity': 0.55, stroke: PAPER, 'stroke-width': width + 2.5 }),
    svg('circle', { ...circle, stroke, 'stroke-width': width, 'stroke-dasharray': dashes || null }));
}

function badge(x, y, fill, sign) {
  return svg('g', {},
    svg('circle', { cx: x, cy: y, r: 8, fill, stroke: PAPER, 'stroke-width': 2 }),
    svg('text', {
      x, y: y + 4.6, 'text-anchor': 'middle', fill: PAPER, 'font-size': 13, 'font-weight': 700,
    }, sign));
}

// where the camera looked: 50° wide, true north up
function wedge(direction_deg) {
  return svg('path', {
    d: 'M24 24 5 -17 A45 45 0 0 1 43 -17 Z', fill: '#ffcc00', 'fill-opacity': 0.6,
    stroke: INK, 'stroke-width': 1, transform: `rotate(${direction_deg} 24 24)`,
  });
}
