// Shelters that fit a place: ranked only away from a danger area somebody chose; no route is drawn.
import './shelter_tool.css';
import { request, sentence } from './api.js';
import { dangerOf, DANGERS } from './dangers.js';
import { field } from './dialogs.js';
import { h } from './dom.js';
import { position } from './map_tools.js';
import { dayClock } from './time.js';
import { page, t } from './words.js';


/** The next click on the map is where people are. */
export function findShelters(context) {
  const { tools } = context;
  const click = (latlng) => {
    tools.stop();
    new Finder(context, position(latlng)).open();
  };
  tools.enter({ click }, t('refuge.click'));
}

class Finder {
  constructor({ L, map, replica, host }, at) {
    Object.assign(this, { L, map, replica, host, at, drawn: L.layerGroup().addTo(map), asked: 0 });
    L.circleMarker([at[1], at[0]], { radius: 8, color: '#0b4a7d', fillOpacity: 0.9 }).addTo(this.drawn);
    this.marks = L.layerGroup().addTo(map);
    this.answer = h('div', { class: 'refuge-answer', role: 'status' });
  }

  open() {
    const zones = [...this.replica.features.values()].filter(({ properties: p }) => p.type === 'layer' && p.state === 'in_force' && p.role === 'hazard');
    const option = ({ id, properties: p }) => h('option', { value: id.slice('layer:'.length) }, p.title);
    const titles = new Map(zones.map(({ id, properties: p }) => [id.slice('layer:'.length), p.title]));
    this.zone = h('select', { name: 'hazard', autofocus: true }, h('option', { value: '' }, t('refuge.no_zone')), zones.map(option));
    this.danger = h('select', { name: 'kind' }, DANGERS.map((one) => h('option', { value: one }, t(`danger.${one}`))));
    this.zone.addEventListener('change', () => {
      if (this.zone.value) this.danger.value = dangerOf(titles.get(this.zone.value));
      this.ask();
    });
    this.danger.addEventListener('change', () => this.ask());
    this.#show(zones.length);
    this.ask();
  }

  #show(zones) {
    this.host.querySelector('dialog')?.close();
    const dialog = h('dialog', { class: 'eoc-dialog beside refuge' },
      h('h2', {}, t('refuge.title')), h('p', { class: 'dialog-note' }, t('refuge.note')),
      !zones && h('p', { class: 'dialog-note' }, t('refuge.publish')),
      h('div', { class: 'refuge-asked' }, field(t('refuge.zone'), this.zone), field(t('refuge.kind'), this.danger)), this.answer,
      h('div', { class: 'dialog-acts' }, h('button', { type: 'button', class: 'eoc-button main', onclick: () => dialog.close() }, t('notice.close'))));
    dialog.addEventListener('close', () => { dialog.remove(); this.drawn.remove(); this.marks.remove(); });
    this.host.append(dialog);
    dialog.showModal();
  }

  async ask() {
    const mine = (this.asked += 1);
    this.answer.replaceChildren(h('p', {}, t('ground.asking')));
    const [lon, lat] = this.at;
    const query = new URLSearchParams({ lon, lat, hazard: this.zone.value, kind: this.danger.value });
    try {
      const told = await request('GET', `/api/v1/incidents/${encodeURIComponent(page.incidentId)}/shelters?${query}`, { signal: AbortSignal.timeout(20_000) });
      if (mine === this.asked) this.#tell(told);
    } catch (error) {
      if (mine === this.asked) this.answer.replaceChildren(h('p', { class: 'refuge-undecided' }, h('b', {}, t('refuge.failed')), ` ${sentence(error)}`));
    }
  }

  #tell(told) {
    this.answer.replaceChildren(...answerOf(told));
    this.marks.clearLayers();
    const fits = told.state === 'decided' ? told.sites.filter(({ state }) => state === 'fits') : [];
    fits.slice(0, 9).forEach((site, i) => this.#mark(site, i + 1));
    const all = [[this.at[1], this.at[0]], ...fits.slice(0, 5).map((site) => [site.lat, site.lon])];
    if (all.length > 1) this.map.fitBounds(this.L.latLngBounds(all).pad(0.3), { maxZoom: 14, animate: false });
  }

  #mark(site, rank) {
    const icon = this.L.divIcon({ html: h('b', {}, String(rank)), className: 'refuge-mark', iconSize: [28, 28], iconAnchor: [14, 14] });
    this.L.marker([site.lat, site.lon], { icon, interactive: false, keyboard: false, zIndexOffset: 4500 }).addTo(this.marks);
  }
}

function answerOf(told) {
  const undecided = told.state !== 'decided';
  const [fits, others] = [told.sites.filter(({ state }) => state === 'fits'), told.sites.filter(({ state }) => state !== 'fits')];
  return [
    undecided && h('p', { class: 'refuge-undecided' }, h('b', {}, t('reach.undecided')), ` ${told.reason}`),
    !undecided && !fits.length && h('p', { class: 'refuge-undecided' }, t('refuge.none')),
    told.unmatched.length > 0 && h('p', { class: 'refuge-doubt' }, t('refuge.unmatched', { roads: told.unmatched.join('、') })),
    fits.length > 0 && h('ol', { class: 'refuge-fits' }, fits.map(fit)),
    others.length > 0 && h('details', { open: !fits.length && !undecided },
      h('summary', {}, t(undecided ? 'refuge.sites' : 'refuge.others', { n: others.length })), h('ul', {}, others.map((site) => other(site, undecided)))),
    h('small', { class: 'refuge-source' }, [
      t('access.as_of', { at: dayClock(told.as_of) }), told.schematic && t('refuge.schematic'), t('refuge.closures', { n: told.closures }),
      told.sources.length && t('ground.source', { source: told.sources.map(sourceOf).join('、') }),
    ].filter(Boolean).join('　')),
  ].filter(Boolean);
}

const sourceOf = ({ title, source, date }) => `${title}${date ? `（${date}）` : ''}${source ? ` ${source}` : ''}`;
const km = (metres) => (Number.isFinite(metres) ? `${(metres / 1000).toFixed(1)} km` : '—');
const openWord = (open) => t(open === true ? 'refuge.open' : open === false ? 'refuge.shut' : 'refuge.open_unknown');

function fit(site) {
  const taken = Number.isFinite(site.occupants) ? t('refuge.taken', { n: site.occupants }) : '';
  const places = Number.isFinite(site.capacity) ? t('refuge.capacity', { n: site.capacity }) + taken : t('refuge.capacity_unknown');
  return h('li', {}, h('strong', {}, site.name), ' ', h('small', {}, t(`refuge.${site.kind}`)),
    h('p', {}, [t('refuge.far', { km: km(site.distance_m) }), t('refuge.from_zone', { km: km(site.to_hazard_m) }), openWord(site.open), places].join('　')),
    site.reason_ja && h('p', { class: 'refuge-doubt' }, site.reason_ja));
}

function other(site, undecided) {
  const why = undecided ? '' : `${site.state_ja}${site.reason_ja ? `：${site.reason_ja}` : ''}`;
  return h('li', {}, h('span', {}, site.name), ' ', h('small', {}, [t(`refuge.${site.kind}`), why].filter(Boolean).join('　')));
}
