// Search that forgives, styles that may hold anything, and what is drawn of a vector tile.
import assert from 'node:assert/strict';
import test from 'node:test';
import { address as webAddress, attributions } from '../../../dashboard/bundle/src/layers/attribution.js';
import { fold, search } from '../../../dashboard/bundle/src/layers/folding.js';
import { colour, labelOf, look, trace } from '../../../dashboard/bundle/src/layers/look.js';
import { address, names, paint, source } from '../../../dashboard/bundle/src/layers/paint.js';
import { tileOptions } from '../../../dashboard/bundle/src/layers/raster.js';

const LAYERS = [
  { name: 'flood_max', title: '洪水浸水想定区域（想定最大規模）', group: 'hazard' },
  { name: 'shelters', title: '指定緊急避難場所', group: 'places' },
  { name: 'user1', title: 'ハザード ﾏｯﾌﾟ 2024', group: 'user' },
];
const GROUPS = [{ id: 'hazard', title: '災害想定' }, { id: 'places', title: '施設' }];
const found = (query) => search(LAYERS, GROUPS, query).map(({ name }) => name);

test('search finds a title in any width, size and kana', () => {
  assert.equal(fold('ﾊｻﾞｰﾄﾞ　マップ・２０２４'), fold('はざーど まっぷ2024'));
  assert.deepEqual(found('はざーど'), ['user1']);
  assert.deepEqual(found('ＭＡＰ'), []);
  assert.deepEqual(found('２０２４'), ['user1']);
  assert.deepEqual(found('浸水　想定最大'), ['flood_max']);
  assert.deepEqual(found('ＦＬＯＯＤ'), ['flood_max']);
});

test('search finds the layers of a group by its title, all of them for nothing, none for nonsense', () => {
  assert.deepEqual(found('施設'), ['shelters']);
  assert.equal(found(' 　').length, 3);
  assert.deepEqual(found('存在しない'), []);
});

test('a style from outside becomes usable values', () => {
  const style = look({ color: 'url(http://evil)', weight: 'thick', dash: 'x', fill: '#0af', fill_opacity: 9, radius: NaN, icon: {}, label: 7 });
  assert.deepEqual(style, { color: '#4a5866', weight: 2, dash: [], fill: '#0af', fillOpacity: 1, radius: 6, edge: 1.5, icon: '[object Object]', label: null });
  assert.deepEqual(look({ dash: '6 4' }).dash, [6, 4]);
  assert.equal(look({ fill: false }).fill, null);
  assert.equal(look(null).color, '#4a5866');
});

test('a colour is a colour', () => {
  for (const good of ['#fff', '#0b4a7d', '#0b4a7dcc', 'navy', 'rgba(10, 20, 30, 0.5)']) assert.equal(colour(good), good);
  for (const bad of ['url(#a)', 'red;background:x', 'expression(1)', '', null, 7]) assert.equal(colour(bad, 'black'), 'black');
});

test('a label is one short line of a property', () => {
  assert.equal(labelOf({ name: ' 白金\n温泉 ' }, 'name'), '白金 温泉');
  assert.equal(labelOf({ name: 'あ'.repeat(90) }, 'name').length, 40);
  assert.equal(labelOf({ name: { a: 1 } }, 'name'), '');
  assert.equal(labelOf(null, 'name'), '');
});

test('close zooms draw a part of the tile that has the data', () => {
  assert.deepEqual(source({ x: 13, y: 6, z: 5 }, 14), { x: 13, y: 6, z: 5, parts: 1, left: 0, top: 0 });
  assert.deepEqual(source({ x: 13, y: 6, z: 16 }, 14), { x: 3, y: 1, z: 14, parts: 4, left: 1, top: 2 });
});

test('a tile address asks for z, x and y and for nothing else', () => {
  assert.equal(address('/t/{z}/{x}/{y}.pbf', { z: 1, x: 2, y: 3 }), '/t/1/2/3.pbf');
  assert.throws(() => address('/t/{z}/{x}/{y}/{key}', { z: 1, x: 2, y: 3 }), RangeError);
});

class Canvas {
  constructor() { this.said = []; }
}
for (const name of ['beginPath', 'moveTo', 'lineTo', 'arc', 'closePath', 'fill', 'stroke', 'setLineDash']) {
  Canvas.prototype[name] = function call(...values) { this.said.push([name, ...values]); };
}
const feature = (type, geometry, properties = {}) => ({ type, properties, loadGeometry: () => geometry });
const tile = (...features) => ({ layers: { a: { extent: 4096, length: features.length, feature: (i) => features[i] } } });
const at = (x, y) => ({ x, y });
const whole = { parts: 1, left: 0, top: 0, x: 0, y: 0, z: 0 };
const drawn = (part, ...features) => {
  const canvas = new Canvas();
  paint(canvas, tile(...features), part, look({ fill: '#00f' }), 1);
  return canvas.said.map(([name]) => name);
};

test('lines are stroked, areas filled and stroked, points filled, unknown kinds left out', () => {
  const line = [at(0, 0), at(4096, 4096)];
  assert.ok(!drawn(whole, feature(2, [line])).includes('fill'));
  assert.ok(drawn(whole, feature(2, [line])).includes('stroke'));
  assert.ok(drawn(whole, feature(3, [[...line, at(0, 4096), at(0, 0)]])).includes('fill'));
  assert.ok(drawn(whole, feature(1, [[at(1, 1)]])).includes('arc'));
  assert.deepEqual(drawn(whole, feature(0, [line])), ['setLineDash']);
});

test('a part of a tile is enlarged and moved so that it fills the canvas', () => {
  const canvas = new Canvas();
  paint(canvas, tile(feature(2, [[at(2048, 2048), at(4096, 4096)]])), { parts: 2, left: 1, top: 1 }, look({}), 1);
  const ends = canvas.said.filter(([name]) => name.endsWith('To')).map(([, ...position]) => position);
  assert.deepEqual(ends, [[0, 0], [256, 256]]);
});

test('a name stands where its feature is, once: not in the tile that only borders it', () => {
  const inside = feature(1, [[at(2048, 2048)]], { name: '美瑛' });
  const outside = feature(1, [[at(5000, 10)]], { name: '隣' });
  assert.deepEqual(names(tile(inside, outside), { x: 0, y: 0, z: 0 }, 'name'), [{ text: '美瑛', beside: true, lat: 0, lon: 0 }]);
});

test('an icon nobody knows is a circle, a known one has corners', () => {
  const canvas = new Canvas();
  trace(canvas, 'constructor', 1, 2, 3);
  assert.deepEqual(canvas.said.map(([name]) => name), ['arc']);
  trace(canvas, 'square', 0, 0, 10);
  assert.equal(canvas.said.filter(([name]) => name === 'lineTo').length, 3);
});

test('each attribution stands once and links only to the web', () => {
  const told = attributions([
    { attribution: '国土地理院', attribution_url: 'javascript:alert(1)' },
    { attribution: ' 国土地理院 ', attribution_url: 'https://maps.gsi.go.jp/development/ichiran.html' },
    { attribution: null }, { attribution: '' },
  ]);
  assert.deepEqual(told, [{ text: '国土地理院', url: 'https://maps.gsi.go.jp/development/ichiran.html' }]);
  for (const bad of ['javascript:1', 'data:text/html,x', '//x', 'ftp://x/', null]) assert.equal(webAddress(bad), null);
});

test('what the catalogue does not say about zooms and bounds is left to the map', () => {
  assert.deepEqual(tileOptions({ min_zoom: null, bounds: [1, 2, 'x', 4] }, 'p'), { pane: 'p', maxZoom: 22 });
  const told = tileOptions({ min_zoom: 5, max_zoom: 17, max_native_zoom: 14, bounds: [142, 43, 143, 44] }, 'p');
  assert.deepEqual(told, { pane: 'p', minZoom: 5, maxZoom: 17, maxNativeZoom: 14, bounds: [[43, 142], [44, 143]] });
});
