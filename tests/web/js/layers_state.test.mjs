// A link comes from anybody: it restores a view, and can do nothing else.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Choice } from '../../../dashboard/bundle/src/layers/choice.js';
import { linkOf } from '../../../dashboard/bundle/src/layers/link.js';
import { NONE, nothing, parse, serialise } from '../../../dashboard/bundle/src/layers/state.js';

const layer = (name, more = {}) => ({ name, title: name, group: 'g', base: false, visible: false, available: true, opacity: 1, ...more });
const catalogue = () => [
  layer('std', { base: true, visible: true }), layer('pale', { base: true }), layer('photo', { base: true, available: false }),
  layer('ground', { visible: true, order: -1 }), layer('flood', { opacity: 0.7, order: 5 }), layer('shelters', { order: 9 }),
  layer('dead', { available: false, visible: true }),
];
const names = (choice) => choice.visible().map(({ name }) => name);

test('a link is read as it was written', () => {
  const hash = '#map=12/43.55/142.53&base=pale&on=flood:0.6,shelters&off=ground';
  const link = parse(hash);
  assert.deepEqual(link.view, { zoom: 12, lat: 43.55, lon: 142.53 });
  assert.equal(link.base, 'pale');
  assert.deepEqual([...link.on], [['flood', 0.6], ['shelters', null]]);
  assert.deepEqual([...link.off], ['ground']);
  assert.equal(serialise(link), hash);
});

test('names with any sign survive the way through a link', () => {
  const odd = { ...nothing(), on: new Map([['避難所,第1:2号&=#', 0.5]]), off: new Set(['<b>']) };
  assert.deepEqual(parse(serialise(odd)), odd);
});

test('numbers are clamped and what is none is left out', () => {
  assert.deepEqual(parse('#map=99/1e9/-999').view, { zoom: 22, lat: 85, lon: -180 });
  for (const bad of ['#map=12/43', '#map=a/b/c', '#map=//', '#map=12/NaN/3', '#map=12/Infinity/3']) assert.equal(parse(bad).view, null);
  assert.deepEqual([...parse('#on=a:7,b:-3,c:x,d:').on], [['a', 1], ['b', 0], ['c', null], ['d', null]]);
});

test('no hash can break the page that reads it', () => {
  for (const bad of ['', '#', '#=&=&', '#on=%E3%81&base=%', '#__proto__=1&constructor=2', `#on=${'a,'.repeat(3000)}`]) {
    const link = parse(bad);
    assert.equal(link.base, null);
    assert.ok(link.on.size <= 100);
  }
});

test('an empty view is an empty hash', () => {
  assert.equal(serialise(nothing()), '');
});

test('without a link the catalogue decides what is shown', () => {
  assert.deepEqual(names(new Choice(catalogue())), ['std', 'ground']);
});

test('a link shows the same in another browser', () => {
  const mine = new Choice(catalogue());
  mine.setBase('pale');
  mine.show('flood', true);
  mine.setOpacity('flood', 0.35);
  mine.show('shelters', true);
  mine.show('ground', false);
  const theirs = new Choice(catalogue());
  theirs.take(parse(serialise({ ...mine.link(), view: null })));
  assert.deepEqual(names(theirs), ['pale', 'flood', 'shelters']);
  assert.equal(theirs.opacity('flood'), 0.35);
  assert.deepEqual(theirs.link(), mine.link());
});

test('unknown names and layers that are not available are kept out', () => {
  const choice = new Choice(catalogue());
  choice.take(parse('#base=photo&on=nobody:0.3,dead,flood'));
  assert.deepEqual(names(choice), ['std', 'ground', 'flood']);
  assert.equal(serialise({ ...choice.link(), view: null }), '#on=flood');
  choice.show('dead', true);
  choice.setBase('flood');
  assert.deepEqual(names(choice), ['std', 'ground', 'flood']);
});

test('one base map goes when another comes, and none is a choice', () => {
  const choice = new Choice(catalogue());
  choice.setBase('pale');
  assert.deepEqual(names(choice), ['pale', 'ground']);
  choice.setBase(NONE);
  assert.deepEqual(names(choice), ['ground']);
  assert.equal(serialise({ ...choice.link(), view: null }), '#base=none');
});

test('a layer that is on can be seen, and its own strength is not in the link', () => {
  const choice = new Choice(catalogue());
  choice.take(parse('#on=flood:0'));
  assert.equal(choice.opacity('flood'), 0.1);
  choice.setOpacity('flood', 0.7);
  assert.equal(serialise({ ...choice.link(), view: null }), '#on=flood');
});

test('a base map keeps its strength in the link', () => {
  const choice = new Choice(catalogue());
  choice.setOpacity('std', 0.5);
  assert.equal(serialise({ ...choice.link(), view: null }), '#on=std:0.5');
});

test('reset goes back to the catalogue', () => {
  const choice = new Choice(catalogue());
  choice.take(parse('#base=none&on=shelters&off=ground'));
  choice.reset();
  assert.deepEqual(names(choice), ['std', 'ground']);
  assert.deepEqual(choice.link(), nothing());
});

test('the link of a view names the incident and nothing else of the address', () => {
  const here = { origin: 'http://eoc.test', pathname: '/triage', search: '?lang=en', hash: '#base=pale' };
  assert.equal(linkOf(here, 'a b'), 'http://eoc.test/triage?incident=a%20b#base=pale');
  assert.equal(linkOf(here, null), 'http://eoc.test/triage#base=pale');
});
