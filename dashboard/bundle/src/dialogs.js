// Small forms over the page. Enter sends, Shift+Enter makes a line, Escape leaves.
import './dialogs.css';
import { h } from './dom.js';
import { t } from './words.js';

/**
 * Open a form. fields: elements with names; send(values) resolves to true when it is done.
 * The form stays open, with its words, until the server has them. look "beside": the map is
 * needed while one writes, and stays in sight.
 */
export function openForm(host, { title, note, fields, submit, send, look = '' }) {
  host.querySelector('dialog')?.close();
  const button = h('button', { type: 'submit', class: 'eoc-button main' }, submit);
  const form = h('form', { method: 'dialog' },
    h('h2', {}, title), note && h('p', { class: 'dialog-note' }, note), fields,
    h('div', { class: 'dialog-acts' },
      h('button', { type: 'button', class: 'eoc-button', onclick: () => dialog.close() }, t('dialog.cancel')), button));
  const dialog = h('dialog', { class: `eoc-dialog ${look}` }, form);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    const done = await send(Object.fromEntries(new FormData(form)));
    button.disabled = false;
    if (done) dialog.close();
  });
  form.addEventListener('keydown', (event) => {
    // Enter that ends a kana conversion is not a wish to send
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    if (event.target.tagName === 'BUTTON') return;
    event.preventDefault();
    form.requestSubmit();
  });
  dialog.addEventListener('close', () => dialog.remove());
  host.append(dialog);
  dialog.showModal();
  form.querySelector('[autofocus]')?.focus();
  return dialog;
}

/** A labelled field around an input. */
export function field(label, input) {
  return h('label', { class: 'dialog-field' }, h('span', {}, label), input);
}

/** One of a few, as buttons to press: [[value, words], …]. */
export function oneOf(label, name, options, chosen) {
  const option = ([value, words]) => h('label', {},
    h('input', { type: 'radio', name, value, checked: value === chosen }), h('span', {}, words));
  return h('fieldset', { class: 'dialog-choice' }, h('legend', {}, label), options.map(option));
}
