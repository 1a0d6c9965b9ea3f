// The words of a closure. The map's own line fills in what nobody has typed, and says so.
import { request } from './api.js';
import { field, oneOf, openForm } from './dialogs.js';
import { h } from './dom.js';
import { uuid7 } from './ids.js';
import { page, t } from './words.js';

const KINDS = ['full', 'alternating', 'large_vehicles', 'caution'];
const MEANS = ['phone', 'radio', 'in_person', 'line_works', 'fax', 'app'];
const NEAR_M = 500;
const PATIENCE_MS = 4000;

/** Ask for a closure. shape: the clicked point or stretch. roads: name → owner, as far as known. */
export function askClosure({ host, desk, roads }, shape) {
  const name = guessed('road_name', { required: true, list: 'eoc-roads', autofocus: true });
  const owner = guessed('owner');
  // an owner nobody typed belongs to the name: another name, another owner
  name.input.addEventListener('input', () => owner.guess(roads.get(name.input.value) ?? ''));
  openForm(host, {
    title: t('closure.declare'), submit: t('closure.send'),
    fields: [
      field(t('closure.road_name'), [name.input, name.note]),
      h('datalist', { id: 'eoc-roads' }, [...roads.keys()].map((road) => h('option', { value: road }))),
      oneOf(t('closure.kind'), 'closure_kind', KINDS.map((kind) => [kind, t(`closure_kind.${kind}`)]), 'full'),
      field(t('closure.owner'), [owner.input, owner.note]),
      field(t('closure.closed_by'), h('input', { name: 'closed_by', maxlength: 200 })),
      field(t('closure.confirmed_means'), h('select', { name: 'confirmed_means' },
        h('option', { value: '' }, '—'), MEANS.map((means) => h('option', { value: means }, t(`means.${means}`))))),
      field(t('closure.reason'), h('input', { name: 'reason', maxlength: 2000 })),
    ],
    send: (values) => {
      const given = Object.fromEntries(Object.entries(values).map(([key, text]) => [key, text.trim()]).filter(([, text]) => text));
      return desk.decide('road_closure.declared', uuid7(), { ...given, geometry: shape });
    },
  });
  fillIn(shape, name, owner);
}

async function fillIn(shape, name, owner) {
  const road = await roadAt(shape.type === 'Point' ? shape.coordinates : shape.coordinates[0]);
  if (!road) return;
  const from = t('closure.from_line', { m: Math.round(road.distance_m), percent: Math.round(road.confidence * 100) });
  name.guess(road.name, from);
  if (name.input.value === road.name) owner.guess(road.owner, from);
}

/** The road of a point, or null: too far away, or no answer in time. The form waits for nothing. */
async function roadAt([lon, lat]) {
  const query = new URLSearchParams({ lon, lat, lang: page.lang, ...(page.incidentId ? { incident: page.incidentId } : {}) });
  try {
    const { road } = await request('GET', `/api/v1/place?${query}`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return road && road.distance_m <= Math.max(NEAR_M, road.uncertainty_m) ? road : null;
  } catch {
    return null; // the name is typed by hand
  }
}

/** An input that takes a guess, with where it came from, until somebody types in it. */
function guessed(name, more = {}) {
  const note = h('small', { class: 'dialog-from' });
  const input = h('input', { name, maxlength: 200, autocomplete: 'off', ...more });
  let typed = false;
  input.addEventListener('input', () => { typed = true; note.textContent = ''; });
  const guess = (words, from = '') => {
    if (typed) return;
    input.value = words;
    note.textContent = words && from;
    if (input === document.activeElement) input.select(); // typing replaces the guess
  };
  return { input, note, guess };
}
