// A vector tile on a canvas: which part of which tile, lines, areas and points, names.
import { labelOf, trace } from './look.js';

export const SIDE = 256; // CSS pixels of a tile

/** The tile that holds the data of {x, y, z}, and the part of it that is shown. */
export function source({ x, y, z }, most) {
  const up = Math.max(0, z - (most ?? z));
  const parts = 2 ** up;
  return { x: Math.floor(x / parts), y: Math.floor(y / parts), z: z - up, parts, left: x % parts, top: y % parts };
}

/** Fill an address template; throws RangeError when it asks for more than z, x, y. */
export function address(template, { x, y, z }) {
  const filled = template.replace(/\{([xyz])\}/g, (_, name) => ({ x, y, z })[name]);
  if (filled.includes('{')) throw new RangeError(`tile address ${template}`);
  return filled;
}

const DRAW = [null, points, lines, areas];

/** Draw every feature of a tile; scale is that of thick lines and points on a large screen. */
export function paint(ctx, tile, part, look, scale) {
  ctx.lineJoin = 'round';
  ctx.lineCap = 'round';
  ctx.setLineDash(look.dash.map((n) => n * scale));
  for (const layer of Object.values(tile.layers)) {
    const place = placing(part, layer.extent);
    for (let i = 0; i < layer.length; i += 1) draw(ctx, layer.feature(i), place, look, scale);
  }
}

function draw(ctx, feature, place, look, scale) {
  const act = DRAW[feature.type];
  if (!act) return;
  ctx.beginPath();
  act(ctx, feature.loadGeometry(), place, look.radius * scale, look.icon);
  if (feature.type !== 2 && look.fill) {
    ctx.globalAlpha = feature.type === 1 ? 1 : look.fillOpacity;
    ctx.fillStyle = look.fill;
    ctx.fill('evenodd');
    ctx.globalAlpha = 1;
  }
  const width = feature.type === 1 ? look.edge : look.weight;
  if (!width) return;
  ctx.strokeStyle = look.color;
  ctx.lineWidth = width * scale;
  ctx.stroke();
}

function points(ctx, geometry, place, radius, icon) {
  for (const [point] of geometry) {
    const [x, y] = place(point);
    ctx.moveTo(x + radius, y);
    trace(ctx, icon, x, y, radius);
  }
}

function lines(ctx, geometry, place) {
  for (const line of geometry) line.forEach((point, i) => ctx[i ? 'lineTo' : 'moveTo'](...place(point)));
}

function areas(ctx, geometry, place) {
  lines(ctx, geometry, place);
  ctx.closePath();
}

function placing({ parts, left, top }, extent) {
  const pixels = (SIDE * parts) / extent;
  return ({ x, y }) => [x * pixels - left * SIDE, y * pixels - top * SIDE];
}

/** The names of a tile with their positions: [{text, lat, lon, beside}]; beside a point, on all else. What the tile only borders is its neighbour's. */
export function names(tile, { x, y, z }, label) {
  const found = [];
  for (const layer of Object.values(tile.layers)) {
    for (let i = 0; i < layer.length; i += 1) {
      const feature = layer.feature(i);
      const text = labelOf(feature.properties, label);
      const at = text && middle(feature, layer.extent);
      if (at) found.push({ text, beside: feature.type === 1, ...degrees(x + at.x / layer.extent, y + at.y / layer.extent, z) });
    }
  }
  return found;
}

function middle(feature, extent) {
  const longest = feature.loadGeometry().reduce((most, part) => (part.length > most.length ? part : most), []);
  const at = feature.type === 3 ? centre(longest) : longest[Math.floor(longest.length / 2)];
  return at && at.x >= 0 && at.y >= 0 && at.x < extent && at.y < extent ? at : null;
}

function centre(ring) {
  const xs = ring.map(({ x }) => x);
  const ys = ring.map(({ y }) => y);
  return { x: (Math.min(...xs) + Math.max(...xs)) / 2, y: (Math.min(...ys) + Math.max(...ys)) / 2 };
}

function degrees(x, y, z) {
  const turns = 2 ** z;
  const lat = Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / turns)));
  return { lat: (lat * 180) / Math.PI, lon: (x / turns) * 360 - 180 };
}
