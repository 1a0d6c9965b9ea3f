import assert from 'node:assert/strict';
import test from 'node:test';
import { dangerOf } from '../../../dashboard/bundle/src/dangers.js';
import { fromJapan, inJapan } from '../../../dashboard/bundle/src/moment.js';
import { PlaceChoice } from '../../../dashboard/bundle/src/place_choice.js';

const shirogane = { id: 'a', name: '白金', why: 'exact', lon: 142.645, lat: 43.47, uncertainty_m: 800 };
const bridge = { id: 'b', name: '白金橋', why: 'prefix', lon: 142.62, lat: 43.48, uncertainty_m: 2000 };

function typing(text, candidates = [shirogane, bridge]) {
  const choice = new PlaceChoice();
  choice.answered(choice.typed(text), candidates);
  return choice;
}

test('words nobody found a place for are sent as they are', () => {
  const choice = typing(' 田中さんの裏の沢 ', []);
  assert.deepEqual(choice.body(), { place_text: '田中さんの裏の沢' });
  assert.deepEqual(new PlaceChoice().body(), {});
});

test('nothing is chosen until somebody chooses', () => {
  const choice = typing('白金');
  assert.equal(choice.highlighted, null);
  assert.deepEqual(choice.body(), { place_text: '白金' });
  choice.move(1);
  assert.deepEqual(choice.body(), { place_text: '白金' });
});

test('a chosen candidate is a typed position, as unsure as the gazetteer is', () => {
  const choice = typing('しろがね');
  choice.move(1);
  assert.equal(choice.choose(), '白金');
  assert.deepEqual(choice.body(), { place_text: '白金', place: { lon: 142.645, lat: 43.47, method: 'typed', uncertainty_m: 800 } });
  assert.deepEqual(choice.candidates, []);
});

test('the highlight goes round over the plain text', () => {
  const choice = typing('白金');
  assert.deepEqual([1, 1, 1, -1, -1].map((step) => choice.move(step)?.id), ['a', 'b', undefined, 'b', 'a']);
});

test('an answer to older words, or after the list was left, opens nothing', () => {
  const choice = new PlaceChoice();
  const older = choice.typed('白');
  const newer = choice.typed('白金');
  assert.equal(choice.answered(older, [bridge]), false);
  assert.equal(choice.answered(newer, [shirogane]), true);
  const last = choice.typed('白金橋');
  choice.leave();
  assert.equal(choice.answered(last, [bridge]), false);
  assert.deepEqual(choice.candidates, []);
});

test('Enter after more letters does not choose what belonged to the letters before', () => {
  const choice = typing('白金');
  choice.move(1);
  choice.typed('白金温');
  assert.equal(choice.highlighted, null);
});

test('what the caller said beyond the name is kept', () => {
  const choice = typing('美沢の田中さん宅の裏', [{ ...shirogane, name: '美沢', why: 'within' }]);
  choice.move(1);
  assert.equal(choice.choose(), '美沢の田中さん宅の裏（美沢）');
});

test('words added behind a chosen place keep its position, other words give it up', () => {
  const choice = typing('しろがね');
  choice.choose(shirogane);
  choice.typed('白金 の北側の家');
  assert.equal(choice.body().place.lon, 142.645);
  assert.equal(choice.body().place_text, '白金 の北側の家');
  choice.typed('美馬牛');
  assert.equal(choice.body().place, undefined);
});

test('a position can be dropped while the words stay', () => {
  const choice = typing('白金');
  choice.choose(shirogane);
  choice.drop();
  assert.deepEqual(choice.body(), { place_text: '白金' });
});

test('the place text is never longer than a report may hold', () => {
  const choice = typing('あ'.repeat(199), [{ ...shirogane, why: 'similar' }]);
  choice.choose(shirogane);
  assert.equal(choice.body().place_text.length <= 200, true);
});

test('a typed moment is Japanese time to the second, whatever the device thinks', () => {
  assert.equal(inJapan(Date.parse('2026-08-23T01:12:05.900Z')), '2026-08-23T10:12:05');
  assert.equal(fromJapan('2026-08-23T10:12:05'), '2026-08-23T01:12:05.000Z');
  assert.equal(fromJapan('2026-01-01T08:59'), '2025-12-31T23:59:00.000Z');
  assert.throws(() => fromJapan('10時12分'), RangeError);
});

test('the kind of a danger layer is guessed from its title', () => {
  assert.equal(dangerOf('洪水浸水想定区域'), 'flood');
  assert.equal(dangerOf('土砂災害警戒区域'), 'landslide');
  assert.equal(dangerOf('融雪型火山泥流 想定区域'), 'volcano');
  assert.equal(dangerOf('町が描いた区域'), 'volcano');
});
