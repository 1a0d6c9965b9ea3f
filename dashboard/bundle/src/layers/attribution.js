// Whose data one sees: the attributions of the visible layers, always on the map.
import { h } from '../dom.js';
import { t } from '../words.js';

/** Each attribution once, the base map's first: [{text, url}]. */
export function attributions(layers) {
  const found = new Map();
  for (const { attribution, attribution_url: url } of layers) {
    const text = String(attribution ?? '').trim();
    if (text && !found.get(text)) found.set(text, address(url));
  }
  return [...found].map(([text, url]) => ({ text, url }));
}

/** An address a link may lead to, or null: a layer's word may be javascript:… */
export function address(url) {
  try {
    const parsed = new URL(url);
    return ['http:', 'https:'].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

/** A link to elsewhere, or only its words. */
export function outward(text, url) {
  const to = address(url);
  return to ? h('a', { href: to, target: '_blank', rel: 'noopener noreferrer' }, text) : h('span', {}, text);
}

const NARROW = 720; // pixels of a map on which several attributions would cover too much

/** The line at the foot of the map. On a narrow map it is one line until it is opened. */
export class Attribution {
  constructor(L, map) {
    this.list = h('ul', {});
    this.button = h('button', { type: 'button', 'aria-expanded': 'false', onclick: () => this.#open() });
    this.box = h('div', { class: 'eoc-attribution' }, this.button, this.list);
    const control = new L.Control({ position: 'bottomright' });
    control.onAdd = () => this.box;
    control.addTo(map);
    const fit = () => this.box.classList.toggle('narrow', map.getSize().x < NARROW);
    map.on('resize', fit);
    fit();
    L.DomEvent.disableClickPropagation(this.box);
    L.DomEvent.disableScrollPropagation(this.box);
  }

  show(layers) {
    const found = attributions(layers);
    this.list.replaceChildren(...found.map(({ text, url }) => h('li', {}, outward(text, url))));
    this.button.textContent = t('layers.attributions', { n: found.length });
    this.button.hidden = found.length < 2;
    this.box.hidden = !found.length;
  }

  #open() {
    const open = this.box.classList.toggle('open');
    this.button.setAttribute('aria-expanded', String(open));
  }
}
