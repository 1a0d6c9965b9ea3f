import assert from 'node:assert/strict';
import test from 'node:test';
import { ApiError, sentence } from '../../../dashboard/bundle/src/api.js';
import { uuid7 } from '../../../dashboard/bundle/src/ids.js';
import { honestName, sniff } from '../../../dashboard/bundle/src/sniff.js';
import { ago, clock, dayClock } from '../../../dashboard/bundle/src/time.js';
import { page, t } from '../../../dashboard/bundle/src/words.js';

page.words = {
  'ago.now': 'いま', 'ago.minutes': '{n}分前', 'ago.hours': '{n}時間前', 'ago.seconds': '{n}秒前', 'ago.days': '{n}日前',
  'error.forbidden': '権限がありません', 'error.other': '失敗しました（{code}）',
};

test('times are shown in Japan whatever the zone of the device', () => {
  assert.equal(clock('2016-08-23T06:45:00Z'), '15:45');
  assert.equal(dayClock('2016-08-22T15:30:00Z', Date.parse('2016-08-24T00:00:00Z')), '8/23 00:30');
});

test('ages count in the largest unit and never run into the future', () => {
  const now = Date.parse('2016-08-23T06:45:00Z');
  assert.equal(ago(now - 3 * 60_000, now), '3分前');
  assert.equal(ago(now - 3 * 3600_000, now), '3時間前');
  assert.equal(ago(now + 60_000, now), 'いま');
});

test('an error becomes a sentence, the Japanese of the server first', () => {
  assert.equal(sentence(new ApiError(415, 'forbidden', '写真ではありません。')), '写真ではありません。');
  assert.equal(sentence(new ApiError(403, 'forbidden', 'no')), '権限がありません');
  assert.equal(sentence(new ApiError(500, 'odd', 'x')), '失敗しました（odd）');
  assert.equal(t('missing.key'), 'missing.key');
});

test('ids are UUIDv7 and sort in the order they were made', () => {
  const ids = Array.from({ length: 5000 }, () => uuid7(1_700_000_000_000));
  assert.deepEqual([...ids].sort(), ids);
  assert.equal(new Set(ids).size, 5000);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('a PNG named .jpg gets its honest name, a text file keeps its own', () => {
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0, 0, 0, 0]);
  assert.equal(honestName('川.写真.jpg', sniff(png)), '川.写真.png');
  assert.equal(honestName('a.PNG', sniff(png)), 'a.PNG');
  const text = new TextEncoder().encode('これは写真ではありません。');
  assert.equal(sniff(text), null);
  assert.equal(honestName('memo.jpg', sniff(text)), 'memo.jpg');
  const heic = new TextEncoder().encode('\0\0\0\x18ftypheic\0\0\0\0');
  assert.equal(honestName('IMG_1.JPG', sniff(heic)), 'IMG_1.heic');
});
