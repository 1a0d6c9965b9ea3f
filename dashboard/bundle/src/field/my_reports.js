// My reports and what became of each: what waits on this phone, and what headquarters has.
import { sentence } from '../api.js';
import { h } from '../dom.js';
import { symbol } from '../symbols.js';
import { dayClock } from '../time.js';
import { page, t } from '../words.js';
import { keyed } from './keyed.js';

const list = () => document.getElementById('reports');

/** Draw the list again. `replica` may be null while no incident is open. */
export function drawReports(outbox, replica) {
  const cards = gather(outbox, replica).map((report) => ({
    id: report.id,
    look: [report, stateOf(report, outbox)],
    make: () => card(report, outbox),
  }));
  const none = { id: 'none', look: 0, make: () => h('li', { class: 'none' }, t('field.no_reports')) };
  keyed(list(), cards.length ? cards : [none]);
}

/** Reports of mine, newest first: {id, at, category, text, rows, feature, photos}. */
export function gather(outbox, replica) {
  const mine = new Map();
  for (const row of outbox.rows) {
    if (row.owner !== page.me.person_id || row.incidentId !== page.incidentId) continue;
    if (row.type === 'event' && row.event.kind.startsWith('instruction.')) continue;
    entry(mine, row.about).rows.push(row);
  }
  for (const feature of replica?.features.values() ?? []) {
    if (feature.properties.type !== 'report' || feature.properties.person_id !== page.me.person_id) continue;
    entry(mine, feature.id).feature = feature;
  }
  for (const report of mine.values()) describe(report, replica);
  return [...mine.values()].sort((a, b) => b.at - a.at);
}

function entry(mine, id) {
  if (!mine.has(id)) mine.set(id, { id, rows: [], feature: null, refusals: [] });
  return mine.get(id);
}

function describe(report, replica) {
  const sent = report.rows.find((row) => row.type === 'event' && row.event.kind === 'report.received')?.event;
  const p = report.feature?.properties;
  const body = { ...sent?.body, ...(p && { category: p.category, text: p.text, place_text: p.place_text }) };
  report.at = Date.parse(p?.occurred_at ?? sent?.occurred_at ?? new Date().toISOString());
  report.category = body.category ?? null;
  report.words = [body.text, body.place_text && t('field.at_place', { place: body.place_text })].filter(Boolean).join(' ');
  const files = report.rows.filter((row) => row.type === 'file').length;
  report.photos = Math.max(files, p?.photos.length ?? 0);
  const givenUp = new Set(report.rows.filter((row) => row.dismissed).map((row) => row.sha256));
  for (const id of p?.photos ?? []) {
    const photo = replica.features.get(id)?.properties;
    if (photo?.state === 'refused' && !givenUp.has(photo.sha256)) report.refusals.push(photo);
  }
}

/** waiting, sending, received or refused, and the words for it. */
export function stateOf(report, outbox) {
  const waiting = report.rows.filter((row) => row.state === 'queued');
  const moving = waiting.filter((row) => outbox.progress.has(row.key));
  if (moving.length) {
    const files = report.rows.filter((row) => row.type === 'file');
    const all = files.reduce((sum, row) => sum + row.photo.size, 0) || 1;
    const done = files.reduce((sum, row) => sum + row.photo.size * share(row, outbox), 0);
    return { name: 'sending', words: t('field.sending', { n: Math.floor((100 * done) / all) }) };
  }
  if (waiting.length) return { name: 'waiting', words: t('field.waiting') };
  if (report.rows.some((row) => row.state === 'parked') || report.refusals.length) {
    const whole = report.rows.some((row) => row.state === 'parked' && row.event?.kind === 'report.received');
    return { name: 'refused', words: t(whole ? 'field.refused' : 'field.photo_refused') };
  }
  return { name: 'received', words: t('field.received') };
}

function share(row, outbox) {
  return row.state === 'done' ? 1 : outbox.progress.get(row.key) ?? 0;
}

function card(report, outbox) {
  const state = stateOf(report, outbox);
  const p = report.feature?.properties;
  return h('li', { class: 'card', 'data-state': state.name, 'data-id': report.id },
    h('div', { class: 'line' },
      symbol(report.category ?? 'none'),
      h('strong', {}, report.category ? t(`category.${report.category}`) : t('field.no_category')),
      h('time', {}, dayClock(report.at)),
      h('span', { class: 'state' }, state.words)),
    report.words && h('p', { class: 'text' }, report.words),
    h('p', { class: 'small' },
      report.photos > 0 && h('span', {}, t('field.photos', { n: report.photos })),
      p && h('span', {}, t(`handling.${p.handling}`)),
      p && h('span', {}, t(`certainty.${p.certainty}`))),
    faults(report, outbox));
}

function faults(report, outbox) {
  const parked = report.rows.filter((row) => row.state === 'parked');
  const told = new Set(parked.map((row) => row.sha256));
  return [
    ...parked.map((row) => h('div', { class: 'fault' },
      h('p', {}, row.photo ? h('b', {}, row.photo.filename) : null, ` ${sentence(row.error)}`),
      row.photo && h('p', { class: 'small' }, t('field.report_stays')),
      h('button', { type: 'button', onclick: () => outbox.discard(row.key) }, t('field.discard')))),
    ...report.refusals.filter((photo) => !told.has(photo.sha256)).map((photo) => h('div', { class: 'fault' },
      h('p', {}, h('b', {}, photo.filename), ` ${sentence(photo.refusal)}`),
      h('p', { class: 'small' }, t('field.report_stays')))),
  ];
}
