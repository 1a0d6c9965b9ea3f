// Clusters that follow single changes: every point lies in one cell per zoom level, so a
// change costs the same at 1,000 and at 50,000 points. See docs/decisions/ on the reason.

const WORLD_PX = 256;
const ROW = 2 ** 26; // more cells than one row of the finest level has

/** Web Mercator as a fraction of the world: [x, y] in 0…1, y to the south. */
export function project([lon, lat]) {
  const sin = Math.min(Math.max(Math.sin((lat * Math.PI) / 180), -0.9999), 0.9999);
  return [lon / 360 + 0.5, 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)];
}

/** Back to [lon, lat]. */
export function unproject(x, y) {
  const lat = (360 / Math.PI) * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - 90;
  return [(x - 0.5) * 360, lat];
}

/** Points in cells of `cellPx` screen pixels, a level for each zoom that was asked for. */
export class Grid {
  constructor(cellPx = 64) {
    this.cellPx = cellPx;
    this.points = new Map(); // id → {x, y, weights}
    this.levels = new Map(); // zoom → Map(cell key → cell)
  }

  /** Put a point in, or move it. weights: numbers summed in each cluster. */
  set(id, [lon, lat], weights = []) {
    this.delete(id);
    const [x, y] = project([lon, lat]);
    const point = { x, y, weights };
    this.points.set(id, point);
    for (const [zoom, level] of this.levels) enter(level, this.#key(zoom, x, y), id, point);
  }

  /** Take a point out; one that is not there is no fault. */
  delete(id) {
    const point = this.points.get(id);
    if (!point) return;
    this.points.delete(id);
    for (const [zoom, level] of this.levels) leave(level, this.#key(zoom, point.x, point.y), id, point);
  }

  /** The key of the cell a point lies in at a zoom, or undefined. */
  keyOf(id, zoom) {
    const point = this.points.get(id);
    return point && this.#key(zoom, point.x, point.y);
  }

  /**
   * Clusters in a box [west, south, east, north] at a zoom.
   * Returns [{key, n, lon, lat, weights, cells}], a single point being n = 1.
   */
  clusters(zoom, box) {
    return merge(this.#inside(this.#level(zoom), zoom, box), this.#scale(zoom));
  }

  /** The ids of a cluster, at most `limit`. */
  ids(cluster, limit = Infinity) {
    const out = [];
    for (const cell of cluster.cells) {
      for (const id of cell.ids) {
        if (out.length >= limit) return out;
        out.push(id);
      }
    }
    return out;
  }

  #scale(zoom) {
    return (WORLD_PX * 2 ** zoom) / this.cellPx;
  }

  #key(zoom, x, y) {
    const scale = this.#scale(zoom);
    return Math.floor(y * scale) * ROW + Math.floor(x * scale);
  }

  #level(zoom) {
    let level = this.levels.get(zoom);
    if (!level) {
      level = new Map();
      for (const [id, point] of this.points) enter(level, this.#key(zoom, point.x, point.y), id, point);
      this.levels.set(zoom, level);
    }
    return level;
  }

  #inside(level, zoom, [west, south, east, north]) {
    const scale = this.#scale(zoom);
    const [x0, y0] = project([west, north]).map((v) => Math.floor(v * scale));
    const [x1, y1] = project([east, south]).map((v) => Math.floor(v * scale));
    if ((x1 - x0 + 1) * (y1 - y0 + 1) > level.size) {
      return [...level.values()].filter((cell) => within(cell, x0, y0, x1, y1));
    }
    const cells = [];
    for (let y = y0; y <= y1; y += 1) {
      for (let x = x0; x <= x1; x += 1) {
        const cell = level.get(y * ROW + x);
        if (cell) cells.push(cell);
      }
    }
    return cells;
  }
}

function within(cell, x0, y0, x1, y1) {
  const row = Math.floor(cell.key / ROW);
  const column = cell.key - row * ROW;
  return column >= x0 && column <= x1 && row >= y0 && row <= y1;
}

function enter(level, key, id, { x, y, weights }) {
  let cell = level.get(key);
  if (!cell) level.set(key, (cell = { key, ids: new Set(), x: 0, y: 0, weights: weights.map(() => 0) }));
  cell.ids.add(id);
  shift(cell, x, y, weights, 1);
}

function leave(level, key, id, { x, y, weights }) {
  const cell = level.get(key);
  if (!cell?.ids.delete(id)) return;
  if (cell.ids.size) shift(cell, x, y, weights, -1);
  else level.delete(key);
}

function shift(cell, x, y, weights, sign) {
  cell.x += sign * x;
  cell.y += sign * y;
  weights.forEach((weight, i) => { cell.weights[i] += sign * weight; });
}

// cells whose middles nearly touch become one cluster: otherwise a village on a cell's
// border shows as two symbols on top of each other
function merge(cells, scale) {
  const near = 0.8;
  const taken = new Map();
  const out = [];
  for (const cell of cells.sort((a, b) => b.ids.size - a.ids.size || a.key - b.key)) {
    const n = cell.ids.size;
    const [x, y] = [(cell.x / n) * scale, (cell.y / n) * scale];
    const host = nearest(taken, x, y, near);
    if (host) join(host, cell);
    else {
      const group = { key: cell.key, at: [x, y], n: 0, sum: [0, 0], weights: cell.weights.map(() => 0), cells: [] };
      join(group, cell);
      out.push(group);
      put(taken, group);
    }
  }
  return out.map((group) => finish(group));
}

function join(group, cell) {
  group.cells.push(cell);
  group.n += cell.ids.size;
  group.sum[0] += cell.x;
  group.sum[1] += cell.y;
  cell.weights.forEach((weight, i) => { group.weights[i] += weight; });
}

function finish({ key, n, sum, weights, cells }) {
  const [lon, lat] = unproject(sum[0] / n, sum[1] / n);
  return { key, n, lon, lat, weights, cells };
}

function put(taken, group) {
  const spot = Math.floor(group.at[1]) * ROW + Math.floor(group.at[0]);
  if (!taken.has(spot)) taken.set(spot, []);
  taken.get(spot).push(group);
}

function nearest(taken, x, y, near) {
  let [best, distance] = [null, near];
  for (let row = Math.floor(y) - 1; row <= Math.floor(y) + 1; row += 1) {
    for (let column = Math.floor(x) - 1; column <= Math.floor(x) + 1; column += 1) {
      for (const group of taken.get(row * ROW + column) ?? []) {
        const d = Math.hypot(group.at[0] - x, group.at[1] - y);
        if (d < distance) [best, distance] = [group, d];
      }
    }
  }
  return best;
}
