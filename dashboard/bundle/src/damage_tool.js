// Damage to a river or road: two clicks, or one and a length, give a stretch along its line.
import { request, sentence } from './api.js';
import { onLine } from './analysis_words.js';
import { field, oneOf, openForm } from './dialogs.js';
import { h, say } from './dom.js';
import { uuid7 } from './ids.js';
import { position } from './map_tools.js';
import { page, t } from './words.js';

const KINDS = ['road', 'river'];
const LENGTHS_M = [30, 50, 100, 200, 500, 1000];
const PASSABLE = ['unknown', 'yes', 'large_vehicles_no', 'no'];
const MEANS = ['phone', 'radio', 'in_person', 'line_works', 'fax', 'app'];
const LOOK = { color: '#d55e00', weight: 8, opacity: 0.9 };
const turn = ([lon, lat]) => [lat, lon];

/** Ask for the damage. report: the chosen report, or null. tools: the modes of the map. */
export function reportDamage({ L, map, desk, host, tools }, report = null) {
  const points = [];
  const drawn = L.featureGroup().addTo(map);
  const kind = h('select', { 'aria-label': t('damage.kind') }, KINDS.map((one) => h('option', { value: one, selected: one === kindOf(report) }, t(`ground.${one}`))));
  const length = h('select', { 'aria-label': t('damage.length') }, LENGTHS_M.map((m) => h('option', { value: m, selected: m === 100 }, `${m} m`)));
  const done = () => {
    const asked = { kind: kind.value, points: [...points], length_m: Number(length.value), metres: tools.clickMetres() };
    tools.stop();
    show({ L, map, desk, host }, asked, report);
  };
  const click = (latlng) => {
    points.push(position(latlng));
    one.disabled = false;
    drawn.addLayer(L.circleMarker(turn(points.at(-1)), { radius: 7, color: LOOK.color }));
    say(tools.banner.firstChild, t('damage.second'));
    if (points.length === 2) done();
  };
  const one = h('button', { type: 'button', class: 'eoc-button', disabled: true, onclick: done }, t('damage.one_point'));
  tools.enter({ click, drawn }, t('damage.first'), kind, h('span', { class: 'mode-pair' }, length, one));
}

// the stretch is seen before it is sent; without a line the point alone is reported
async function show({ L, map, desk, host }, asked, report) {
  const drawn = L.featureGroup().addTo(map);
  for (const point of asked.points) drawn.addLayer(L.circleMarker(turn(point), { radius: 7, color: LOOK.color }));
  let told = null;
  let trouble = '';
  try {
    told = await stretch(asked);
    const line = told.geometry.coordinates.map(turn);
    drawn.addLayer(L.polyline(line, { color: '#ffffff', weight: LOOK.weight + 5 }));
    drawn.addLayer(L.polyline(line, LOOK));
    map.fitBounds(drawn.getBounds().pad(0.4), { maxZoom: Math.max(map.getZoom(), 14), animate: false });
  } catch (error) {
    trouble = t('damage.no_line', { why: sentence(error) });
  }
  const dialog = ask({ desk, host }, { ...asked, told, trouble, report });
  dialog.addEventListener('close', () => drawn.remove());
}

function stretch({ kind, points: [[lon, lat], to], length_m: metres }) {
  const end = to ? { to_lon: to[0], to_lat: to[1] } : { length_m: metres };
  const query = new URLSearchParams({ kind, lon, lat, ...end, ...(page.incidentId ? { incident: page.incidentId } : {}) });
  return request('GET', `/api/v1/stretch?${query}`, { signal: AbortSignal.timeout(6000) });
}

function ask({ desk, host }, { kind, points, metres, told, trouble, report }) {
  const words = told ? stretchWords(told) : trouble;
  return openForm(host, {
    look: 'beside', title: t(`damage.${kind}_damage`), note: words, submit: t('damage.send'),
    fields: [
      field(t('memo.text'), h('textarea', { name: 'text', rows: 2, maxlength: 2000, autofocus: true }, report?.properties.text ?? '')),
      kind === 'road' && oneOf(t('damage.passable'), 'passable', PASSABLE.map((one) => [one, t(`passable.${one}`)]), 'unknown'),
      field(t(`damage.owner_${kind}`), h('input', { name: 'owner', maxlength: 200, autocomplete: 'off', value: told?.owner ?? '' })),
      field(t('report.means'), h('select', { name: 'means' }, MEANS.map((one) => h('option', { value: one, selected: one === (report?.properties.means ?? 'phone') }, t(`means.${one}`))))),
      report && h('label', { class: 'dialog-check' }, h('input', { type: 'checkbox', name: 'about', checked: true }), t('damage.about', { text: report.properties.text || '—' })),
    ].filter(Boolean),
    send: ({ text, passable, owner, means, about }) => desk.tell(`${kind}_damage.reported`, uuid7(), {
      text: text.trim(), means, place: { lon: points[0][0], lat: points[0][1], method: 'pinned', uncertainty_m: metres },
      ...(told ? { on: told.on, geometry: told.geometry, length_m: told.length_m } : {}),
      ...(passable ? { passable } : {}), ...(owner.trim() ? { owner: owner.trim() } : {}), ...(about ? { report_id: report.id } : {}),
    }),
  });
}

/** What the stretch is, before it is sent: where, how long, how sure, 概略. */
function stretchWords({ on, length_m: metres, source }) {
  return [onLine(on), `${t('damage.length')} ${Math.round(metres)} m`, t('ground.source', { source: source || '—' })].join('　');
}

const kindOf = (report) => (report?.properties.category === 'river' ? 'river' : 'road');
