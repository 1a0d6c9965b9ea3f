// The view as a link: #map=12/43.55/142.53&base=pale&on=flood:0.6,shelters&off=ground
// A link says what differs from what the catalogue shows by itself. It comes from anybody:
// numbers are clamped, and what cannot be read is left out.
export const NONE = 'none'; // no base map: the schematic ground alone

const LONGEST = 4000;
const MOST_NAMES = 100;

/** An empty link: nothing is asked for. */
export const nothing = () => ({ view: null, base: null, on: new Map(), off: new Set() });

/** Read a hash. Returns {view: {zoom, lat, lon} | null, base, on: Map name → opacity | null, off: Set}. */
export function parse(hash) {
  const link = nothing();
  if (hash.length > LONGEST) return link;
  for (const part of hash.replace(/^#/, '').split('&')) {
    const cut = part.indexOf('=');
    if (cut > 0) PARTS.get(part.slice(0, cut))?.(link, part.slice(cut + 1));
  }
  return link;
}

const PARTS = new Map([
  ['map', (link, text) => { link.view = position(text); }],
  ['base', (link, text) => { link.base = name(text); }],
  ['on', (link, text) => { for (const [one, opacity] of names(text)) link.on.set(one, opacity); }],
  ['off', (link, text) => { for (const [one] of names(text)) link.off.add(one); }],
]);

function position(text) {
  const numbers = text.split('/').map((part) => (part.trim() ? Number(part) : NaN));
  if (numbers.length !== 3 || !numbers.every(Number.isFinite)) return null;
  const [zoom, lat, lon] = numbers;
  return { zoom: clamp(zoom, 0, 22), lat: clamp(lat, -85, 85), lon: clamp(lon, -180, 180) };
}

function names(text) {
  return text.split(',').slice(0, MOST_NAMES).map((part) => {
    const [one, given] = part.split(':');
    const opacity = given ? Number(given) : NaN;
    return [name(one), Number.isFinite(opacity) ? clamp(opacity, 0, 1) : null];
  }).filter(([one]) => one);
}

function name(text) {
  try {
    return decodeURIComponent(text) || null;
  } catch {
    return null; // half a % sequence: a link cut off by a mail program
  }
}

/** Write a link as a hash; an empty one is ''. */
export function serialise({ view, base, on, off }) {
  const write = encodeURIComponent;
  const shown = [...on].map(([one, opacity]) => (opacity === null ? write(one) : `${write(one)}:${short(opacity, 2)}`));
  const parts = [
    view && `map=${short(view.zoom, 2)}/${short(view.lat, 5)}/${short(view.lon, 5)}`,
    base && `base=${write(base)}`,
    shown.length && `on=${shown.join(',')}`,
    off.size && `off=${[...off].map(write).join(',')}`,
  ].filter(Boolean);
  return parts.length ? `#${parts.join('&')}` : '';
}

const short = (number, digits) => String(Number(number.toFixed(digits)));

/** A number within its limits. */
export function clamp(number, least, most) {
  return Math.min(most, Math.max(least, number));
}
