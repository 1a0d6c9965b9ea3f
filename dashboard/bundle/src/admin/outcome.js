// What became of an import: the report as the command line prints it, or the refusal and a way on.
import { h } from '../dom.js';
import { t } from '../words.js';
import { crsWords, titleOf } from './said.js';

/** Shows one outcome at a time; again(crs) sends the same file with a coordinate system. */
export class Outcome {
  constructor(shelf, again) {
    this.shelf = shelf;
    this.again = again;
    this.node = h('div', { class: 'import-outcome', tabindex: -1 });
  }

  clear() {
    this.node.replaceChildren();
  }

  show(found, file) {
    if (found.state === 'done') return this.done(found.layers);
    if (found.state === 'refused') return this.refused(found, file);
    return this.fail(t(`import.${found.state}`), found.state === 'cancelled');
  }

  /** A sentence; what somebody did on purpose is no alarm. */
  fail(words, calm = false) {
    this.node.replaceChildren(h('p', { class: calm ? 'import-calm' : 'import-refused', role: 'alert' }, words));
  }

  refused({ text, crs }, file) {
    const choices = crs.map((code) => h('button', { type: 'button', class: 'eoc-button', onclick: () => this.again(String(code)) }, crsWords(code)));
    this.node.replaceChildren(h('div', { class: 'import-refused', role: 'alert' },
      h('p', {}, h('b', {}, t('import.refused', { file })), h('span', {}, text)),
      h('p', {}, t(choices.length ? 'import.choose_crs' : 'import.try_again')),
      choices.length > 0 && h('div', { class: 'import-crs' }, choices)));
    (this.node.querySelector('.import-crs button') ?? this.node).focus();
  }

  async done(layers) {
    this.node.replaceChildren(
      h('p', { class: 'import-done', role: 'status' }, t(this.shelf.incident ? 'import.done' : 'import.done_only', { n: layers.length })),
      ...layers.map((layer) => this.layer(layer)));
    this.node.focus();
    await this.shelf.read();
  }

  layer(layer) {
    const act = h('div', { class: 'import-acts' });
    const published = () => act.replaceChildren(h('span', {}, t('shelf.in_force')), this.shelf.mapLink(layer));
    act.append(h('button', {
      type: 'button', class: 'eoc-button main', disabled: !this.shelf.incident,
      onclick: () => this.shelf.publish(layer, published),
    }, t('shelf.publish')));
    return h('section', { class: 'import-layer', 'aria-label': titleOf(layer) },
      h('h4', {}, titleOf(layer), h('code', {}, layer.name)),
      h('p', {}, t('import.kept', { n: layer.kept.toLocaleString() }), ' ', layer.bbox && h('span', {}, box(layer.bbox))),
      h('pre', {}, layer.report), act);
  }
}

function box([west, south, east, north]) {
  const [w, s, e, n] = [west, south, east, north].map((degree) => degree.toFixed(4));
  return t('import.bbox', { w, s, e, n });
}
