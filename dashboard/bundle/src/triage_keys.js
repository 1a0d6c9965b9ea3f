// Keys of triage. They sleep while somebody writes; ? shows them all.
import { h } from './dom.js';
import { DECISIONS } from './triage_detail.js';
import { word } from './popup.js';
import { t } from './words.js';

const WRITING = new Set(['INPUT', 'TEXTAREA', 'SELECT']);

// key → [word of the help sheet, act]
const KEYS = {
  j: ['keys.next', (triage) => triage.move(1)],
  k: ['keys.previous', (triage) => triage.move(-1)],
  ArrowDown: [null, (triage) => triage.move(1)],
  ArrowUp: [null, (triage) => triage.move(-1)],
  m: ['keys.memo', (triage) => triage.memo()],
  i: ['keys.instruct', (triage) => triage.instruct()],
  p: ['keys.place', (triage) => triage.place()],
  c: ['keys.closure', (triage) => triage.tools.declare()],
  l: ['layers.key', (triage) => triage.layers.toggle()],
  Enter: ['keys.retry', (triage) => triage.desk.again()],
  Escape: ['keys.leave', (triage) => { triage.tools.stop(); triage.desk.hush(); }],
  ',': ['keys.photo_back', (triage) => triage.viewer.turn(-1)],
  '.': ['keys.photo_next', (triage) => triage.viewer.turn(1)],
  '+': ['keys.zoom_in', (triage) => triage.viewer.zoom(1.5)],
  '-': ['keys.zoom_out', (triage) => triage.viewer.zoom(1 / 1.5)],
  0: ['keys.whole', (triage) => triage.viewer.whole()],
  '?': ['keys.help', (triage) => helpSheet(triage.host)],
};
const SHOWN = { ',': '，', '.': '．', Escape: 'Esc' };

/** Start to listen. */
export function listenToKeys(triage) {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (WRITING.has(event.target.tagName) || document.querySelector('dialog[open]')) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === 'Enter' && (event.target.tagName === 'BUTTON' || event.target.tagName === 'A')) return;
    if (KEYS[key]) {
      event.preventDefault();
      KEYS[key][1](triage);
    } else if (DECISIONS[key] && !event.repeat) {
      event.preventDefault();
      triage.decide(...DECISIONS[key]);
    }
  });
}

/** Show every key. */
export function helpSheet(host) {
  const row = (key, words) => h('tr', {}, h('th', {}, h('kbd', {}, SHOWN[key] ?? key.toUpperCase())), h('td', {}, words));
  const acts = Object.entries(KEYS).filter(([, [words]]) => words).map(([key, [words]]) => row(key, t(words)));
  const decisions = Object.entries(DECISIONS).map(([key, [axis, value]]) => row(key, `${t(`item.${axis}`)}: ${word(axis, value)}`));
  const dialog = h('dialog', { class: 'eoc-dialog keys' },
    h('h2', {}, t('keys.title')),
    h('div', { class: 'keys-tables' }, h('table', {}, acts), h('table', {}, decisions)),
    h('div', { class: 'dialog-acts' }, h('button', { type: 'button', class: 'eoc-button main', onclick: () => dialog.close() }, t('notice.close'))));
  dialog.addEventListener('close', () => dialog.remove());
  host.append(dialog);
  dialog.showModal();
}
