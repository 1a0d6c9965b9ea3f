// Vector tiles (MVT) drawn on canvas; names go where all names of the map go, so that they
// do not lie on each other and are not cut at the edge of a tile.
import { VectorTile } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';
import { ApiError } from '../api.js';
import { load } from './loading.js';
import { look } from './look.js';
import { address, names, paint, SIDE, source } from './paint.js';
import { tileOptions } from './raster.js';
import { watchTiles } from './tile_watch.js';

const KEPT = 48; // decoded tiles; close zooms share the one they lie in
const SHARPNESS = 2; // the map stops at quarters of a zoom and stretches tiles in between

/** The drawing of a layer of vector tiles. */
export function vectorTiles({ L, map, layer, pane, report, labels, scale }) {
  const style = look(layer.style);
  const kept = new Kept(decoded);
  const named = new Shared(labels);
  const partOf = (coords) => source(coords, layer.max_native_zoom);
  const owner = (part) => `${layer.name}/${part.z}/${part.x}/${part.y}`;
  const fill = async (canvas, coords) => {
    const part = partOf(coords);
    const tile = await kept.get(address(layer.url, part));
    if (!tile) return;
    const ctx = canvas.getContext('2d');
    ctx.scale(canvas.width / SIDE, canvas.height / SIDE);
    paint(ctx, tile, part, style, scale);
    if (style.label) named.fill(owner(part), names(tile, part, style.label));
  };
  // a canvas is never larger than one tile, however far one zooms in
  const tiles = new (gridOf(L))(fill, { ...tileOptions(layer, pane), maxNativeZoom: undefined });
  const { retry } = watchTiles(tiles, report, ({ error }) => error);
  tiles.on('tileloadstart', ({ coords }) => named.hold(owner(partOf(coords))));
  tiles.on('tileunload', ({ coords }) => named.leave(owner(partOf(coords))));
  return {
    add: () => tiles.addTo(map),
    remove: () => tiles.remove(),
    retry: () => { kept.clear(); retry(); },
  };
}

/** Names of a data tile that several tiles of the screen share: they go with the last of these. */
class Shared {
  constructor(labels) {
    Object.assign(this, { labels, holders: new Map() });
  }

  hold(owner) {
    this.holders.set(owner, (this.holders.get(owner) ?? 0) + 1);
  }

  fill(owner, found) {
    if (this.holders.has(owner)) this.labels.set(owner, found);
  }

  leave(owner) {
    const left = (this.holders.get(owner) ?? 1) - 1;
    if (left) {
      this.holders.set(owner, left);
      return;
    }
    this.holders.delete(owner);
    this.labels.drop(owner);
  }
}

async function decoded(url) {
  const data = await load(url, 'arrayBuffer');
  try {
    return data && new VectorTile(new PbfReader(data));
  } catch (error) {
    throw new ApiError(0, 'bad_data', String(error.message));
  }
}

/** The last few tiles, each asked for once. */
class Kept {
  constructor(fetch) {
    Object.assign(this, { fetch, tiles: new Map() });
  }

  get(url) {
    const there = this.tiles.get(url);
    if (there) return there;
    const asked = this.fetch(url);
    this.tiles.set(url, asked);
    asked.catch(() => this.tiles.delete(url));
    if (this.tiles.size > KEPT) this.tiles.delete(this.tiles.keys().next().value);
    return asked;
  }

  clear() {
    this.tiles.clear();
  }
}

function gridOf(L) {
  return L.GridLayer.extend({
    initialize(fill, options) {
      L.setOptions(this, options);
      this.fill = fill;
    },

    createTile(coords, done) {
      const canvas = L.DomUtil.create('canvas', 'leaflet-tile');
      const sharp = Math.max(SHARPNESS, globalThis.devicePixelRatio ?? 1);
      canvas.width = canvas.height = SIDE * sharp;
      this.fill(canvas, coords).then(() => done(null, canvas), (error) => done(broken(error), canvas));
      return canvas;
    },
  });
}

// a tile may decode only in part: the reader throws when a feature is read
function broken(error) {
  return error instanceof ApiError ? error : new ApiError(0, 'bad_data', String(error?.message));
}
