import assert from 'node:assert/strict';
import test from 'node:test';
import { bandNow, countdown, phase, spanWords, windowsOf } from '../../../dashboard/bundle/src/lahar.js';
import { page } from '../../../dashboard/bundle/src/words.js';

page.words = { 'lahar.left': 'あと {left}', 'lahar.inside': '到達のおそれ', 'lahar.passed': '想定時間を経過' };
const row = { arrives_from: '2026-08-23T01:10:00Z', arrives_to: '2026-08-23T01:30:40Z' };
const at = (text) => Date.parse(text);

test('arrival is always a range, to the second, in Japanese time', () => {
  assert.equal(spanWords(row), '10:10:00～10:30:40');
});

test('the countdown runs to the fast edge and never shows a second too many', () => {
  assert.equal(countdown(row, at('2026-08-23T01:00:00Z')), 'あと 10:00');
  assert.equal(countdown(row, at('2026-08-23T01:09:59.400Z')), 'あと 0:00');
  assert.equal(countdown(row, at('2026-08-22T23:40:00Z')), 'あと 90:00');
});

test('at the fast edge the place may be reached, past the slow edge the window is over', () => {
  assert.equal(phase(row, at(row.arrives_from)), 'inside');
  assert.equal(countdown(row, at('2026-08-23T01:20:00Z')), '到達のおそれ');
  assert.equal(countdown(row, at(row.arrives_to)), '想定時間を経過');
});

test('a clock without computed windows shows none', () => {
  assert.deepEqual(windowsOf({ properties: { windows: null } }), []);
  assert.deepEqual(windowsOf(undefined), []);
});

test('the band lies between the slow and the fast front, and nowhere before or after', () => {
  const erupted_at = '2026-08-23T01:00:00Z';
  const course = [[142.0, 43.0, 0, 0], [142.1, 43.0, 100, 200], [142.3, 43.0, 300, 600]];
  const feature = { properties: { erupted_at, windows: { course } } };
  const now = (s) => bandNow(feature, at(erupted_at) + s * 1000).map(([lon]) => Math.round(lon * 1000) / 1000);
  assert.deepEqual(now(-5), []);
  assert.deepEqual(now(50), [142.025, 142.05]);
  assert.deepEqual(now(200), [142.1, 142.2]);
  assert.deepEqual(now(400), [142.2, 142.3]);
  assert.deepEqual(now(601), []);
});
