// The mudflow's clock: started by a table of the town and the time of the eruption, stopped with a reason.
import { field, openForm } from './dialogs.js';
import { h } from './dom.js';
import { uuid7 } from './ids.js';
import { fromJapan, inJapan } from './moment.js';
import { fullClock } from './time.js';
import { page, t } from './words.js';

const tables = (features) => [...features.values()].filter(({ properties: p }) => p.type === 'layer' && p.state === 'in_force' && p.role === 'lahar');
const running = (features) => [...features.values()].filter(({ properties: p }) => p.type === 'lahar_clock' && p.state === 'running');

/** Offer to stop what runs, else to start. */
export function lahar({ host, desk, replica }) {
  const [clock] = running(replica.features);
  if (clock) stop({ host, desk }, clock);
  else start({ host, desk }, tables(replica.features));
}

function start({ host, desk }, found) {
  if (!found.length) {
    noTable(host);
    return;
  }
  const names = found.map(({ properties: p }) => h('option', { value: p.sha256 }, `${p.title}（${p.date || '—'}）`));
  const sources = found.map(({ properties: p }) => p.source).filter(Boolean);
  openForm(host, {
    title: t('clock.start'), note: `${t('lahar.model')}　${t('ground.source', { source: sources.join('、') || '—' })}`, submit: t('clock.send'),
    fields: [
      field(t('clock.table'), h('select', { name: 'table', required: true }, names)),
      field(t('clock.erupted'), h('input', { name: 'erupted', type: 'datetime-local', step: 1, required: true, value: inJapan(Date.now()), autofocus: true })),
      field(t('closure.reason'), h('input', { name: 'reason', maxlength: 2000, autocomplete: 'off', placeholder: t('clock.reason_hint') })),
      h('label', { class: 'dialog-check' }, h('input', { type: 'checkbox', name: 'sure', required: true }), t('clock.sure')),
    ],
    send: ({ table, erupted, reason }) => desk.decide('lahar_clock.started', uuid7(), {
      table, erupted_at: fromJapan(erupted), ...(reason.trim() ? { reason: reason.trim() } : {}),
    }),
  });
}

function stop({ host, desk }, clock) {
  const p = clock.properties;
  openForm(host, {
    title: t('clock.stop'), note: t('clock.running', { title: p.windows?.title ?? '', at: fullClock(p.erupted_at) }), submit: t('clock.stop_send'),
    fields: [field(t('closure.reason'), h('input', { name: 'reason', maxlength: 2000, required: true, autofocus: true, autocomplete: 'off' }))],
    send: ({ reason }) => desk.decide('lahar_clock.stopped', clock.id, { reason: reason.trim() }),
  });
}

function noTable(host) {
  host.querySelector('dialog')?.close();
  const drill = page.realm === 'drill' ? t('clock.drill_table') : '';
  const dialog = h('dialog', { class: 'eoc-dialog' },
    h('h2', {}, t('clock.start')), h('p', {}, t('clock.no_table')), h('p', {}, h('code', {}, 'eoc layers publish lahar --table FILE.yaml')), drill && h('p', {}, drill),
    h('div', { class: 'dialog-acts' }, h('button', { type: 'button', class: 'eoc-button main', autofocus: true, onclick: () => dialog.close() }, t('notice.close'))));
  dialog.addEventListener('close', () => dialog.remove());
  host.append(dialog);
  dialog.showModal();
}
