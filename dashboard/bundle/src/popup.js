// The words about one subject, as elements: the same in the pop-up, the strip and the list.
import { h } from './dom.js';
import { placeCard } from './place_words.js';
import { symbol } from './symbols.js';
import { dayClock } from './time.js';
import { has, page, t } from './words.js';

const STATES = ['issued', 'delivered', 'read', 'acknowledged', 'departed', 'arrived', 'completed', 'withdrawn'];

/** The word for a code of a table, or the code itself: a word nobody translated is still shown. */
export function word(table, code) {
  const key = `${table}.${code}`;
  return has(key) ? t(key) : String(code);
}

/** 冠水, or 分類なし. */
export function categoryWord(p) {
  if (p.type === 'photo') return t('category.photo');
  return p.category ? word('category', p.category) : t('category.none');
}

/** Where: the words given, else how the position is known. */
export function placeWords(p) {
  if (p.place_text) return p.place_text;
  return p.place ? t('place.on_map') : t('place.none');
}

/** 地図で指定（誤差 ±50 m). */
export function placeMethod(place) {
  if (!place) return t('place.none');
  const metres = Math.round(place.uncertainty_m ?? 0).toLocaleString('ja-JP');
  return t('place.method', { method: word('place_method', place.method), m: metres });
}

/** Who told us: the team's name, else the organisation, else the means. */
export function senderWords(p, features) {
  const team = p.team && (features.get(`team:${p.team}`) ?? features.get(p.team));
  const name = team?.properties?.name ?? teamNames.get(p.team) ?? p.team;
  return name ?? p.organisation ?? word('means', p.means ?? 'app');
}

/** Names of the teams of the people store, filled once at start: id → name. */
export const teamNames = new Map();

/** The name of a team. */
export function teamName(id, features) {
  return features.get(id)?.properties?.name ?? teamNames.get(id) ?? id ?? t('team.none');
}

/** The photos of a report (or the photo itself), those that can be shown first. */
export function photosOf(feature, features) {
  if (feature.properties.type === 'photo') return [feature];
  const photos = (feature.properties.photos ?? []).map((id) => features.get(id)).filter(Boolean);
  return photos.sort((a, b) => Boolean(pictureUrl(b, '320')) - Boolean(pictureUrl(a, '320')));
}

/** The address of a picture of a photo, or null while there is none. */
export function pictureUrl({ properties: p }, variant) {
  const wanted = (p.variants ?? []).map((v) => (typeof v === 'string' ? v : v.name));
  if (wanted.includes(variant)) return `${page.prefix}/media/${p.sha256}/${variant}`;
  if (wanted.length) return `${page.prefix}/media/${p.sha256}/${wanted.at(-1)}`;
  return p.preview_sha256 ? `${page.prefix}/media/${p.preview_sha256}/320` : null;
}

/** The picture, or a box that says why there is none yet. */
export function picture(photo, variant, props = {}) {
  const url = photo && pictureUrl(photo, variant);
  if (url) {
    const image = h('img', { ...props, src: url, alt: t('photo.alt'), loading: 'lazy', decoding: 'async' });
    image.addEventListener('error', () => image.replaceWith(box(props, t('photo.unreachable'))), { once: true });
    return image;
  }
  return box(props, photo ? waiting(photo.properties) : t('photo.none'));
}

function box(props, words) {
  return h('div', { ...props, class: `${props.class ?? ''} eoc-no-picture` }, words);
}

function waiting(p) {
  if (p.state === 'refused') return t('photo.refused', { why: p.refusal ? word('refusal', p.refusal.code) : '' });
  return word('photo_state', p.state);
}

/** The state words of a report as chips: handling, certainty, priority, 要確認. */
export function chips(p) {
  if (p.type !== 'report') return h('div', { class: 'eoc-chips' });
  return h('div', { class: 'eoc-chips' },
    p.priority && h('span', { class: `eoc-chip priority-${p.priority}` }, word('priority', p.priority)),
    h('span', { class: `eoc-chip handling-${p.handling}` }, word('handling', p.handling)),
    h('span', { class: `eoc-chip certainty-${p.certainty}` }, word('certainty', p.certainty)),
    p.checks?.length > 0 && h('span', { class: 'eoc-chip check' }, t('report.check')),
    (p.marks ?? []).map((mark) => h('span', { class: 'eoc-chip mark' }, word('mark', mark))));
}

/** The state of an instruction with its time, the newest last. */
export function instructionState(p) {
  const calls = (p.calls ?? []).map((call) => word('instruction', call));
  const at = p.times?.[p.state];
  return [word('instruction', p.state), at && dayClock(at), ...calls].filter(Boolean).join(' ');
}

/** The states in order, for bars of progress. */
export function reached(p) {
  return STATES.indexOf(p.state);
}

/** What the pop-up of a subject holds. */
export function popupContent(feature, features) {
  const p = feature.properties;
  const [first, ...more] = photosOf(feature, features);
  return h('article', { class: 'eoc-card' },
    first && picture(first, '320', { class: 'eoc-card-photo' }),
    more.length > 0 && h('p', { class: 'eoc-more' }, t('photo.more', { n: more.length })),
    h('h3', {}, symbol(p.type === 'photo' ? 'photo' : p.category, {}), categoryWord(p)),
    chips(p),
    p.text && h('p', { class: 'eoc-text' }, p.text),
    h('dl', {}, facts(p, features).map(([key, value]) => [h('dt', {}, t(key)), h('dd', {}, value)])),
    p.place && placeCard(p.place),
    instructionsOf(feature, features));
}

function facts(p, features) {
  return [
    ['report.place', placeWords(p)],
    ['report.occurred', (p.occurred_at ?? p.taken_at) && dayClock(p.occurred_at ?? p.taken_at)],
    ['report.recorded', dayClock(p.recorded_at ?? p.created_at)],
    ['report.method', placeMethod(p.place)],
    ['report.sender', senderWords(p, features)],
  ].filter(([, value]) => value);
}

function instructionsOf({ properties: p }, features) {
  const own = (p.instructions ?? []).map((id) => features.get(id)?.properties).filter(Boolean);
  if (!own.length) return null;
  const row = (i) => h('li', {}, `${teamName(i.team, features)}: ${i.words} — ${instructionState(i)}`);
  return h('ul', { class: 'eoc-instructions' }, own.slice(-3).map(row));
}

/** A list of subjects at one spot that cannot be told apart by zooming. */
export function listContent(features, total, choose) {
  const row = ({ id, properties: p }) => h('li', {},
    h('button', { type: 'button', onclick: () => choose(id) },
      symbol(p.type === 'photo' ? 'photo' : p.category, { handling: p.handling }),
      h('span', {}, `${dayClock(p.occurred_at ?? p.created_at)} ${p.text || categoryWord(p)}`)));
  return h('div', { class: 'eoc-here' },
    h('h3', {}, t('map.here', { n: total })), h('ul', {}, features.filter(Boolean).map(row)));
}
