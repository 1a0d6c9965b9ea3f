// Raster tiles. A missing tile is an empty one: the route answers 204.
import { askWhy, watchTiles } from './tile_watch.js';

/** What Leaflet is told about the tiles of a layer; what the catalogue does not say is left to it. */
export function tileOptions(layer, pane) {
  const given = {
    minZoom: layer.min_zoom, maxZoom: layer.max_zoom, maxNativeZoom: layer.max_native_zoom,
    bounds: sides(layer.bounds),
  };
  const known = Object.entries(given).filter(([, value]) => value !== null && value !== undefined);
  return { pane, maxZoom: 22, ...Object.fromEntries(known) };
}

// west, south, east, north → Leaflet's corners
function sides(bounds) {
  if (!Array.isArray(bounds) || bounds.length !== 4 || !bounds.every(Number.isFinite)) return null;
  const [west, south, east, north] = bounds;
  return [[south, west], [north, east]];
}

/** The drawing of a raster layer. */
export function raster({ L, map, layer, pane, report }) {
  const tiles = L.tileLayer(layer.url, tileOptions(layer, pane));
  const watched = watchTiles(tiles, report, askWhy());
  let again = 0;
  const retry = () => {
    again += 1;
    // a picture of the same address would wait for the one that never came
    tiles.setUrl(`${layer.url}${layer.url.includes('?') ? '&' : '?'}again=${again}`, true);
    watched.retry();
  };
  return { add: () => tiles.addTo(map), remove: () => tiles.remove(), retry };
}
