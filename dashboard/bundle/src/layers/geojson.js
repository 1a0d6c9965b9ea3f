// GeoJSON of the server: fetched once for each content, drawn in steps, so that a large file
// never holds up what is live. The mass is drawn on canvas; a few shapes are SVG, because every
// canvas in sight costs the main thread milliseconds whenever a marker comes.
import { ApiError } from '../api.js';
import { load } from './loading.js';
import { labelOf, look, outlinePath, trace } from './look.js';

const STEP = 1500; // features between two breaths
const FEW = 400; // features that are cheap as elements of their own
const contents = new Map(); // address and sha256 → promise of its features

/** The drawing of a GeoJSON layer; at(point) are its features below a point of the map. */
export function geojson({ L, map, layer, pane, report, labels, scale }) {
  const style = look(layer.style);
  let drawn = null;
  const add = async () => {
    report('loading');
    const mine = drawn = L.featureGroup();
    try {
      const features = await content(layer);
      const options = pathOptions(L, style, pane, scale, features.length > FEW);
      for (let i = 0; i < features.length && drawn === mine; i += STEP) {
        for (const feature of features.slice(i, i + STEP)) put(L, mine, feature, options);
        await breath();
      }
      if (drawn !== mine) return;
      mine.addTo(map);
      if (style.label) labels.set(layer.name, names(mine, style.label));
      report('ready');
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (drawn === mine) report('failed', error);
    }
  };
  const remove = () => {
    drawn?.remove();
    drawn = null;
    labels.drop(layer.name);
  };
  return { add, remove, retry: () => { remove(); return add(); }, at: (point) => hits(drawn, map, point) };
}

function content({ url, sha256 }) {
  const key = `${url} ${sha256}`; // one file may be offered in parts
  if (!contents.has(key)) {
    const asked = load(url, 'json').then(featuresOf);
    contents.set(key, asked);
    asked.catch(() => contents.delete(key));
  }
  return contents.get(key);
}

function featuresOf(data) {
  if (!Array.isArray(data?.features)) throw new ApiError(0, 'bad_data', '');
  return data.features;
}

const breath = () => new Promise((done) => { setTimeout(done, 0); });

function pathOptions(L, style, pane, scale, mass) {
  const renderer = (mass ? L.canvas : L.svg)({ pane, padding: 0.3 });
  const path = {
    pane, renderer, interactive: false,
    color: style.color, weight: style.weight * scale, stroke: style.weight > 0,
    dashArray: style.dash.length ? style.dash.map((n) => n * scale).join(' ') : null,
    fillColor: style.fill ?? style.color, fillOpacity: style.fill ? style.fillOpacity : 0,
  };
  const Point = pointOf(L, style.icon);
  const point = { ...path, radius: style.radius * scale, weight: style.edge * scale, stroke: style.edge > 0, fillOpacity: 1, dashArray: null };
  const styleOf = ({ geometry }) => (geometry?.type?.endsWith('Point') ? point : path);
  return { style: styleOf, pointToLayer: (_, at) => new Point(at, point), interactive: false };
}

// one position that is none must not cost the rest of the layer
function put(L, group, feature, options) {
  let made;
  try {
    made = L.geoJSON(feature, options);
  } catch (error) {
    console.warn('feature without a usable geometry', error.message);
    return;
  }
  for (const one of made.getLayers()) group.addLayer(one);
}

function pointOf(L, icon) {
  return L.CircleMarker.extend({
    _updatePath() {
      const ctx = this._renderer._ctx;
      if (!ctx) {
        const corners = this._empty() ? 'M0 0' : outlinePath(icon, this._point.x, this._point.y, this._radius);
        if (corners) this._renderer._setPath(this, corners);
        else this._renderer._updateCircle(this);
        return;
      }
      if (!this._renderer._drawing || this._empty()) return;
      ctx.beginPath();
      trace(ctx, icon, this._point.x, this._point.y, this._radius);
      this._renderer._fillStroke(ctx, this);
    },
  });
}

function names(group, label) {
  return group.getLayers().map((one) => ({ text: labelOf(one.feature?.properties, label), ...middle(one) }))
    .filter(({ text, lat }) => text && Number.isFinite(lat));
}

function middle(one) {
  const at = one.getLatLng?.() ?? (one.getBounds().isValid() ? one.getBounds().getCenter() : null);
  return { lat: at?.lat, lon: at?.lng, beside: Boolean(one.getLatLng) };
}

// each layer has a canvas of its own and only the topmost would hear a click: so all are asked
function hits(group, map, point) {
  if (!group || !map.hasLayer(group)) return [];
  const flat = group.getLayers().flatMap((one) => (one.getLayers ? one.getLayers().map((part) => [part, one]) : [[one, one]]));
  return flat.filter(([part]) => part._pxBounds?.contains(point) && part._containsPoint(point))
    .map(([, one]) => one.feature);
}
