// The words and buttons of the chosen report: two axes, a priority, the instructions so far.
import { h } from './dom.js';
import { categoryWord, chips, instructionState, placeMethod, placeWords, senderWords, teamName, word } from './popup.js';
import { placeCard } from './place_words.js';
import { CODES, symbol } from './symbols.js';
import { dayClock } from './time.js';
import { t } from './words.js';

/** key → [axis, value] of report.triaged; the buttons show the same keys. */
export const DECISIONS = {
  1: ['priority', 'urgent'], 2: ['priority', 'high'], 3: ['priority', 'medium'], 4: ['priority', 'low'],
  v: ['certainty', 'verified'], u: ['certainty', 'unverified'], x: ['certainty', 'false_report'],
  o: ['handling', 'open'], w: ['handling', 'in_progress'], b: ['handling', 'monitoring'],
  h: ['handling', 'handed_over'], n: ['handling', 'no_action'], d: ['handling', 'done'],
};
const AXES = ['priority', 'certainty', 'handling'];
const STATES = ['issued', 'delivered', 'read', 'acknowledged', 'departed', 'arrived', 'completed', 'withdrawn'];

/** The panel. acts: {triage(axis, value), place(), instruct(), proxy(i), withdraw(i), take(words)}. */
export class Detail {
  constructor({ node, replica, desk, acts }) {
    Object.assign(this, { node, replica, desk, acts, look: null });
  }

  show(feature) {
    const own = (feature?.properties.instructions ?? []).map((id) => this.replica.features.get(id)).filter(Boolean);
    const look = feature ? [feature.id, feature.seq, ...own.map((i) => i.seq)].join() : '';
    if (look === this.look) return;
    this.look = look;
    if (feature) this.desk.saw(feature);
    for (const instruction of own) this.desk.saw(instruction);
    this.node.replaceChildren(...(feature ? this.#words(feature, own) : [h('p', { class: 'triage-none' }, t('triage.choose'))]));
  }

  #words(feature, own) {
    const p = feature.properties;
    const report = p.type === 'report';
    return [
      h('h2', {}, symbol(report ? p.category : 'photo', {}), categoryWord(p), h('small', {}, placeWords(p))),
      chips(p),
      h('p', { class: 'triage-said' }, p.text || p.filename || '—'),
      h('dl', {}, this.#facts(p).map(([key, value]) => [h('dt', {}, t(key)), h('dd', {}, value)])),
      p.place && placeCard(p.place, this.acts.take),
      ...this.#checks(p),
      report && h('div', { class: 'triage-axes' }, AXES.map((axis) => this.#axis(axis, p))),
      report && this.#category(p),
      h('div', { class: 'triage-acts' },
        act('triage.place', 'P', this.acts.place),
        report && act('triage.instruct', 'I', this.acts.instruct, 'main')),
      own.length > 0 && h('h3', {}, t('triage.instructions')),
      h('ul', { class: 'triage-instructions' }, own.map((instruction) => this.#instruction(instruction))),
    ].filter(Boolean);
  }

  #facts(p) {
    return [
      ['report.occurred', (p.occurred_at ?? p.taken_at) && dayClock(p.occurred_at ?? p.taken_at)],
      ['report.recorded', dayClock(p.recorded_at ?? p.created_at)],
      ['report.sender', senderWords(p, this.replica.features)],
      ['report.means', p.means && word('means', p.means)],
      ['report.method', p.place ? placeMethod(p.place) : p.no_place_reason || t('place.none')],
      ['report.reason', p.priority_reason],
    ].filter(([, value]) => value);
  }

  // 要確認: what the field said last and what the desk decided differ; both stay readable
  #checks(p) {
    const show = (field, value) => {
      if (value && typeof value === 'object') return placeMethod(value);
      return value === null || value === undefined ? '—' : word(field, value);
    };
    return (p.checks ?? []).map(({ field, kept, other }) => h('p', { class: 'triage-check' },
      t('report.check_words', { field: t(`item.${field}`), kept: show(field, kept), other: show(field, other) })));
  }

  #axis(axis, p) {
    const button = ([key, [name, value]]) => name === axis && h('button', {
      type: 'button', class: `axis-${value}`, 'aria-pressed': String(p[axis] === value), 'data-set': `${axis}.${value}`,
      onclick: () => this.acts.triage(axis, value),
    }, word(axis, value), h('kbd', {}, key.toUpperCase()));
    return h('fieldset', {}, h('legend', {}, t(`item.${axis}`)), Object.entries(DECISIONS).map(button));
  }

  #category(p) {
    const option = (code) => h('option', { value: code, selected: code === p.category }, t(`category.${code}`));
    return h('label', { class: 'triage-category' }, t('item.category'),
      h('select', { onchange: (event) => event.target.value && this.acts.triage('category', event.target.value) },
        h('option', { value: '', selected: !p.category }, t('category.none')), CODES.map(option)));
  }

  #instruction(instruction) {
    const p = instruction.properties;
    const by = (state) => (p.proxies?.[state] ? t('instruction.by_proxy', { means: word('means', p.proxies[state]) }) : '');
    const times = STATES.filter((state) => p.times?.[state]).map((state) => `${word('instruction', state)} ${dayClock(p.times[state])}${by(state)}`);
    const open = !['completed', 'withdrawn'].includes(p.state);
    return h('li', { class: `state-${p.state}`, 'data-instruction': instruction.id },
      h('p', {}, h('strong', {}, teamName(p.team, this.replica.features)), ` ${p.words}`),
      h('p', { class: 'triage-times' }, h('b', {}, instructionState(p)), ` ${times.join(' → ')}`),
      p.due_at && h('p', { class: 'triage-times' }, t('instruction.due', { at: dayClock(p.due_at) })),
      open && h('p', {},
        h('button', { type: 'button', class: 'eoc-button', onclick: () => this.acts.proxy(instruction) }, t('triage.proxy')), ' ',
        h('button', { type: 'button', class: 'eoc-button', onclick: () => this.acts.withdraw(instruction) }, t('triage.withdraw'))));
  }
}

function act(key, letter, call, extra = '') {
  return h('button', { type: 'button', class: `eoc-button ${extra}`, onclick: call }, t(key), h('kbd', {}, letter));
}
