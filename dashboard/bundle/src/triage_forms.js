// The forms of triage: call memo, instruction, withdrawal.
import { field, oneOf, openForm } from './dialogs.js';
import { h } from './dom.js';
import { uuid7 } from './ids.js';
import { PlaceField } from './place_field.js';
import { categoryWord, placeWords, teamNames } from './popup.js';
import { t } from './words.js';

const MEANS = ['phone', 'radio', 'in_person', 'line_works', 'fax'];
const SPOKEN = ['radio', 'phone', 'in_person'];
const STAMPS = ['acknowledged', 'departed', 'arrived', 'completed', 'support_requested', 'found_normal'];
const DUE_MINUTES = [0, 15, 30, 60, 120, 180];

/** Words, a place, how it came: nothing else is asked while somebody is on the line. */
export function callMemo({ host, desk, pin }) {
  const began = new Date();
  const place = new PlaceField({ pin, input: { name: 'place_text' } });
  const words = h('textarea', { name: 'text', rows: 3, maxlength: 2000, autofocus: true });
  const dialog = openForm(host, {
    look: 'beside memo', title: t('memo.title'), note: t('memo.note'), submit: t('memo.send'),
    fields: [
      field(t('memo.text'), words),
      field(t('memo.place'), place.node),
      oneOf(t('report.means'), 'means', MEANS.map((means) => [means, t(`means.${means}`)]), 'phone'),
      field(t('memo.organisation'), h('input', { name: 'organisation', maxlength: 200, autocomplete: 'off' })),
    ],
    send: ({ text, means, organisation }) => desk.tell('report.received', uuid7(), {
      text: text.trim(), means, ...place.body(),
      ...(organisation.trim() ? { organisation: organisation.trim() } : {}),
    }, began),
  });
  dialog.addEventListener('close', () => place.close());
}

/** An instruction to a team on the chosen report. */
export function askInstruction({ host, desk, replica }, report) {
  const p = report.properties;
  const teams = teamOptions(replica);
  const due = (minutes) => h('option', { value: minutes }, minutes ? t('due.minutes', { n: minutes }) : t('due.none'));
  openForm(host, {
    title: t('instruct.title'), note: `${categoryWord(p)} ${placeWords(p)} ${p.text ?? ''}`, submit: t('instruct.send'),
    fields: [
      field(t('instruct.team'), h('select', { name: 'team', required: true },
        teams.map(([id, name]) => h('option', { value: id, selected: id === p.team }, name)))),
      field(t('instruct.words'), h('textarea', { name: 'words', rows: 3, maxlength: 2000, required: true, autofocus: true })),
      field(t('instruct.due'), h('select', { name: 'due' }, DUE_MINUTES.map(due))),
    ],
    send: ({ team, words, due: minutes }) => {
      const at = Number(minutes) ? { due_at: new Date(Date.now() + Number(minutes) * 60_000).toISOString() } : {};
      const body = { team, words: words.trim(), report_id: report.id, ...at };
      return desk.decide('instruction.issued', uuid7(), body, report.id);
    },
  });
}

/** What a crew said by radio or phone, entered for them: 代行入力. */
export function askProxy({ host, desk }, instruction) {
  const stamps = STAMPS.map((stamp) => [stamp, t(`instruction.${stamp}`)]);
  openForm(host, {
    title: t('proxy.title'), note: instruction.properties.words, submit: t('proxy.send'),
    fields: [
      oneOf(t('proxy.stamp'), 'stamp', stamps, 'acknowledged'),
      oneOf(t('report.means'), 'proxy', SPOKEN.map((means) => [means, t(`means.${means}`)]), 'radio'),
      field(t('proxy.note'), h('input', { name: 'note', maxlength: 2000, autocomplete: 'off', autofocus: true })),
    ],
    send: ({ stamp, proxy, note }) => desk.tell(`instruction.${stamp}`, instruction.id, {
      proxy, ...(note.trim() ? { note: note.trim() } : {}),
    }),
  });
}

/** Takes an instruction back, with the reason. */
export function askWithdrawal({ host, desk }, instruction) {
  openForm(host, {
    title: t('withdraw.title'), note: instruction.properties.words, submit: t('withdraw.send'),
    fields: [field(t('closure.reason'), h('input', { name: 'reason', maxlength: 2000, autofocus: true }))],
    send: ({ reason }) => desk.decide('instruction.withdrawn', instruction.id, reason.trim() ? { reason: reason.trim() } : {}),
  });
}

// teams of the people store, and those formed for this incident
function teamOptions({ features }) {
  const all = new Map(teamNames);
  for (const { id, properties: p } of features.values()) {
    if (p.type === 'team' && !p.disbanded) all.set(id, p.name);
  }
  return [...all];
}
