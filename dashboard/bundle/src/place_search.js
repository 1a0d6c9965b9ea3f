// The search of the map: a place by name, reading, coordinates or grid square; the map goes there.
import { h } from './dom.js';
import { PlaceField } from './place_field.js';
import { t } from './words.js';

/** The field and its pin, which stays until it is cleared. */
export class PlaceSearch {
  constructor({ pin, key }) {
    this.field = new PlaceField({
      pin, onChoose: () => this.field.input.blur(), // the keys of the page work again
      input: { type: 'search', 'aria-label': t('search.title'), placeholder: t('search.hint') },
    });
    this.field.input.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !event.isComposing) this.leave();
    });
    this.node = h('div', { class: 'map-search' }, this.field.node, h('kbd', {}, key));
  }

  /** Write here next. */
  focus() {
    this.field.input.focus();
    this.field.input.select();
  }

  /** Empty it, take the pin away and give the keys back to the page. */
  leave() {
    this.field.clear();
    this.field.input.blur();
  }
}
