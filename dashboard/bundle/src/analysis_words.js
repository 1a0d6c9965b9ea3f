// The words of what was worked out: always with time, source, and 概略 where the ground is.
import { h } from './dom.js';
import { spanWords } from './lahar.js';
import { dayClock } from './time.js';
import { t } from './words.js';

const LETTERS = { isolated: '孤', cut_from_centre: '不', undecided: '？' };
const MODES = ['car', 'fire_engine', 'foot'];
const CENTRES = ['town_hall', 'fire_station', 'hospital'];
const COUNTS = ['households', 'population', 'guests', 'care'];

/** The letter on the sign of a settlement. */
export const lettered = (state) => LETTERS[state] ?? '';

const rows = (pairs) => h('dl', {}, pairs.filter(([, value]) => value).map(([key, value]) => [h('dt', {}, key), h('dd', {}, value)]));
const reach = (by) => MODES.filter((mode) => by?.[mode]).map((mode) => `${t(`mode.${mode}`)} ${t(`reach.${by[mode]}`)}`).join('　');
const km = (metres) => (Number.isFinite(metres) ? `${(metres / 1000).toFixed(1)} km` : '');
/** A count that nobody gave is 未確認, never 0. */
export const counted = (value) => (Number.isFinite(value) ? value.toLocaleString('ja-JP') : t('certainty.unverified'));

/** What one settlement can still reach. */
export function accessWords({ properties: p }) {
  return h('div', { class: 'eoc-card' },
    h('h3', {}, `${t(`access.${p.state}`)} ${p.name}`),
    p.reason && h('p', {}, p.reason),
    rows([
      [t('access.outside'), reach(p.outside)],
      ...CENTRES.map((place) => [t(`access.${place}`), reach(p.centre?.[place])]),
      [t('access.detour'), p.detour_m > 0 ? `+${km(p.detour_m)}` : ''],
      ...COUNTS.map((name) => [t(`access.${name}`), counted(p[name])]),
    ]),
    source(p));
}

/** Who would be cut off if this stretch went. */
export function fragileWords(one, isolation) {
  return h('div', { class: 'eoc-card' },
    h('h3', {}, t('fragile.title')),
    h('p', {}, t('fragile.words', { road: one.name || '—', places: one.settlements.join('、') })),
    source(isolation));
}

/** Damage on a river or road. */
export function damageWords({ properties: p }) {
  const { on } = p;
  return h('div', { class: 'eoc-card' },
    h('h3', {}, `${t(`damage.${p.type}`)} ${on?.name ?? p.place_text ?? ''}`),
    p.text && h('p', {}, p.text),
    rows([
      [t('damage.where'), on ? onLine(on) : p.place_text],
      [t('damage.length'), p.length_m ? `${Math.round(p.length_m)} m` : ''],
      [t('damage.passable'), p.passable ? t(`passable.${p.passable}`) : ''],
      [t(p.type === 'river_damage' ? 'damage.owner_river' : 'damage.owner_road'), p.owner],
      [t('damage.since'), dayClock(p.created_at)],
    ]));
}

/** 「美瑛川 左岸 12.3 km（線まで 40 m、確からしさ 80 %）」 */
export function onLine(on) {
  const side = on.side && on.kind === 'river' ? t(`side.${on.side}`) : '';
  const post = Number.isFinite(on.km) ? `${on.km.toFixed(1)} kp` : t('damage.along', { km: (on.along_m / 1000).toFixed(1) });
  const sure = t('damage.sure', { m: Math.round(on.distance_m), percent: Math.round(on.confidence * 100) });
  return [on.name, side, post, sure].filter(Boolean).join(' ') + (on.schematic ? t('place.schematic') : '');
}

/** When a mudflow may reach a place. */
export function windowWords(row, { properties: p }) {
  return h('div', { class: 'eoc-card' },
    h('h3', {}, `${t('lahar.title')} ${row.place}`),
    h('p', {}, h('strong', {}, spanWords(row))),
    h('p', {}, t('lahar.model')),
    h('p', {}, p.windows.assumption), h('p', {}, h('small', {}, p.windows.source)));
}

/** The stretch of river where the flow may be now. */
export function bandWords({ properties: p }) {
  return h('div', { class: 'eoc-card' },
    h('h3', {}, t('lahar.band')), h('p', {}, t('lahar.model')),
    h('p', {}, p.windows.assumption), h('p', {}, h('small', {}, p.windows.source)));
}

function source(p) {
  const schematic = p.schematic ? t('access.schematic', { m: p.uncertainty_m ?? '?' }) : '';
  return h('p', { class: 'eoc-source' }, h('small', {}, [t('access.as_of', { at: dayClock(p.as_of) }), schematic].filter(Boolean).join('　')));
}
