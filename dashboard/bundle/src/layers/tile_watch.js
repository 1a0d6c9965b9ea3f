// Tells how a layer of tiles fares: loading, ready, failing in part or as a whole, silent.
import { ApiError } from '../api.js';
import { load } from './loading.js';

const SILENCE_MS = 15_000;
const QUESTIONS = 6;

/**
 * Follow a GridLayer. report(state, error): "loading", "ready", "partly", "failed".
 * reasonOf(event) resolves to the error of a tile, or null when the tile is only missing.
 * Returns {retry()}.
 */
export function watchTiles(tiles, report, reasonOf) {
  const counts = { good: 0, error: null };
  let silence = 0;
  const listen = () => {
    clearTimeout(silence);
    silence = setTimeout(() => fail(new ApiError(0, 'stalled', '')), SILENCE_MS);
  };
  const fail = (error) => {
    counts.error = error;
    report(counts.good ? 'partly' : 'failed', error);
  };
  const begin = () => { Object.assign(counts, { good: 0, error: null }); report('loading'); listen(); };
  tiles.on('loading', begin);
  tiles.on('tileload', () => { counts.good += 1; listen(); });
  tiles.on('tileerror', async (event) => {
    listen();
    const error = await reasonOf(event);
    if (error && !(error.code === 'no_tile' && counts.good)) fail(error);
  });
  tiles.on('load', () => { clearTimeout(silence); if (!counts.error) report('ready'); });
  tiles.on('remove', () => clearTimeout(silence));
  // a layer that is still waiting does not say "loading" again
  return { retry: () => { begin(); tiles.redraw(); } };
}

/** Why a picture did not come: an <img> tells nothing, so ask once more, one after the other. */
export function askWhy() {
  let waiting = 0;
  let last = Promise.resolve();
  return ({ tile }) => {
    // nobody may ask another host; there a missing tile is no tile
    if (new URL(tile.src).origin !== location.origin) return new ApiError(0, 'no_tile', '');
    if (waiting >= QUESTIONS) return null; // the answers of a few speak for the rest
    waiting += 1;
    last = last.then(() => load(tile.src, 'blob')).then(() => null, (error) => error);
    last.finally(() => { waiting -= 1; });
    return last;
  };
}
