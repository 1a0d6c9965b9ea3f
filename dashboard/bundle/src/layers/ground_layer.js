// The hand-made ground as a layer among the others: alone it is the map, on a base map it steps back.
import { svg } from '../dom.js';
import { t } from '../words.js';
import { NONE } from './state.js';

export const GROUND = 'ground';

/** The ground as the catalogue would name it; what the server says about it comes first. */
export function groundLayer(group, told = {}) {
  return {
    name: GROUND, title: t('layers.ground'), group, order: -1, opacity: 1, visible: true, available: true,
    attribution: t('map.attribution'), schematic: true, note: t('map.schematic'), ...told, base: false, kind: GROUND,
  };
}

/** Let the style sheet know how the ground is to look, and whether the map is schematic. */
export function showGround(map, choice) {
  const container = map.getContainer();
  const look = choice.base === NONE ? 'full' : 'dim';
  container.dataset.ground = choice.shown(GROUND) ? look : 'off';
  container.style.setProperty('--ground', String(choice.opacity(GROUND)));
  container.dataset.schematic = choice.visible().some(({ schematic }) => schematic) ? 'yes' : 'no';
}

/** The arrow that says where north is; this map is never turned. */
export function northArrow(L, map) {
  const control = new L.Control({ position: 'bottomright' });
  control.onAdd = () => {
    const box = L.DomUtil.create('div', 'eoc-north');
    box.append(svg('svg', { viewBox: '0 0 32 44', role: 'img', 'aria-label': t('layers.north') },
      svg('path', { d: 'M16 2 26 30 16 24Z', fill: '#16202a' }),
      svg('path', { d: 'M16 2 6 30 16 24Z', fill: '#ffffff', stroke: '#16202a', 'stroke-width': 1.5 }),
      svg('text', { x: 16, y: 43, 'text-anchor': 'middle', 'font-size': 13, 'font-weight': 700, fill: '#16202a' }, t('layers.north_letter'))));
    return box;
  };
  control.addTo(map);
}
