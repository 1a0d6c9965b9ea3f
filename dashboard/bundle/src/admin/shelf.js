// The shelf of the town: every layer it keeps, and which of them are in force in the incident.
import { ApiError, request, sentence } from '../api.js';
import { field, openForm } from '../dialogs.js';
import { h, say } from '../dom.js';
import { fullClock } from '../time.js';
import { page, t } from '../words.js';
import { titleOf } from './said.js';

const FILTER_FROM = 8; // rows; fewer are read at a glance
const COLUMNS = ['title', 'role', 'date', 'licence', 'put_at', 'state', 'acts'];
const OPEN_ZOOMS = [8, 16];

/** The table in host; publishing and withdrawing ask why. */
export class Shelf {
  constructor(host) {
    this.host = host;
    this.incident = page.incidentId;
    this.rows = [];
    this.notice = h('p', { class: 'shelf-notice', role: 'alert' });
    this.search = h('input', { type: 'search', 'aria-label': t('shelf.filter'), placeholder: t('shelf.filter'), oninput: () => this.draw() });
    this.body = h('tbody', { role: 'rowgroup' });
    this.empty = h('p', { class: 'shelf-empty' });
    this.table = h('table', { class: 'shelf-table', role: 'table', 'aria-label': t('shelf.heading') },
      h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, COLUMNS.map((name) => h('th', { role: 'columnheader', scope: 'col' }, t(`shelf.${name}`))))),
      this.body);
    const about = this.incident ? t('shelf.about', { title: host.dataset.incident }) : t('shelf.no_incident');
    host.append(h('p', { class: 'shelf-about' }, about), this.notice, this.search,
      h('div', { class: 'shelf-scroll', tabindex: 0, role: 'region', 'aria-label': t('shelf.heading') }, this.table), this.empty);
  }

  /** Read the shelf anew; what could not be read is said. */
  async read() {
    const asked = this.incident ? `?incident=${encodeURIComponent(this.incident)}` : '';
    try {
      this.rows = (await request('GET', `/api/v1/layers/shelf${asked}`)).layers;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.say(error.status ? sentence(error) : t('shelf.unread'));
      return;
    }
    this.draw();
  }

  draw() {
    const wanted = this.search.value.normalize('NFKC').toLowerCase().trim();
    const shown = this.rows.filter((row) => wordsOf(row).includes(wanted));
    this.search.hidden = this.rows.length < FILTER_FROM;
    this.table.hidden = !shown.length;
    this.body.replaceChildren(...shown.map((row) => this.row(row)));
    const kept = this.rows.some((row) => row.put_at); // the packaged network was kept by nobody
    const lacking = shown.length ? '' : t('shelf.nothing_found');
    say(this.empty, kept ? lacking : t('shelf.empty'));
  }

  row(row) {
    const cells = {
      title: [h('b', { title: titleOf(row) }, titleOf(row)), h('code', {}, row.name), row.schematic && h('span', { class: 'eoc-chip' }, t('shelf.schematic'))],
      role: t(`role.${row.role}`),
      date: row.date,
      licence: row.licence && h('span', { title: row.licence }, row.licence),
      put_at: row.put_at ? fullClock(row.put_at) : t('shelf.elsewhere'),
      state: h('span', { class: `shelf-state ${stateOf(row)}` }, t(`shelf.${stateOf(row)}`)),
      acts: this.acts(row),
    };
    return h('tr', { role: 'row', 'data-name': row.name }, COLUMNS.map((name) => h('td', { role: 'cell', 'data-label': t(`shelf.${name}`) }, cells[name] || '—')));
  }

  acts(row) {
    const stands = row.in_force || row.older;
    const button = (act, does) => h('button', { type: 'button', class: 'eoc-button', disabled: !this.incident, 'aria-label': `${t(`shelf.${act}`)}: ${titleOf(row)}`, onclick: does }, t(`shelf.${act}`));
    return h('div', { class: 'shelf-acts' },
      row.in_force ? null : button(row.older ? 'publish_newer' : 'publish', () => this.publish(row)),
      stands && button('withdraw', () => this.withdraw(row)),
      row.in_force && row.bbox && this.mapLink(row));
  }

  /** The triage map over a layer, with the layer shown. */
  mapLink({ name, bbox }) {
    const incident = new URLSearchParams(location.search).get('incident');
    const asked = incident ? `?incident=${encodeURIComponent(incident)}` : '';
    return h('a', { href: `${page.prefix}/triage${asked}#map=${view(bbox)}&on=${encodeURIComponent(name)}` }, t('shelf.map'));
  }

  /** Ask why, put the version that is shown in force; then() when it is. */
  publish(layer, then) {
    const row = this.rows.find(({ name }) => name === layer.name) ?? layer;
    const version = row.put_at === null ? {} : { sha256: layer.sha256 }; // a packaged one has one version
    this.ask(layer, 'publish', 'PUT', { seen: row.seen, ...version }, then);
  }

  withdraw(row) {
    this.ask(row, 'withdraw', 'DELETE', { seen: row.seen });
  }

  ask(layer, act, method, seen, then) {
    const path = `/api/v1/incidents/${encodeURIComponent(this.incident)}/layers/${encodeURIComponent(layer.name)}`;
    const effect = layer.name === 'network' ? t('shelf.network_note') : '';
    openForm(this.host, {
      title: t(`shelf.${act}_title`, { title: titleOf(layer) }),
      note: `${t(`shelf.${act}_note`, { incident: this.host.dataset.incident })}${effect}`,
      submit: t(`shelf.${act}`),
      fields: [field(t('closure.reason'), h('input', { name: 'reason', maxlength: 2000, autocomplete: 'off', autofocus: true }))],
      send: async ({ reason }) => {
        const told = await this.decided(() => request(method, path, { body: { ...seen, reason: reason.trim() } }));
        if (told === null) then?.();
        this.say(told ?? t(`shelf.${act}_done`, { title: titleOf(layer) }), told === null);
        await this.read();
        return true;
      },
    });
  }

  // null when it is decided, else why not
  async decided(send) {
    try {
      await send();
      return null;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === 'stale') return t('shelf.stale');
      return error.status ? sentence(error) : t('shelf.undecided');
    }
  }

  say(words, well = false) {
    this.notice.dataset.look = well ? 'well' : 'wrong';
    say(this.notice, words);
  }
}

function stateOf(row) {
  if (row.in_force) return 'in_force';
  return row.older ? 'older' : 'not_in_force';
}

function wordsOf(row) {
  return `${row.title_ja} ${row.title_en} ${row.name} ${t(`role.${row.role}`)} ${row.source ?? ''}`.normalize('NFKC').toLowerCase();
}

// zoom/lat/lon that shows a box [west, south, east, north] on a screen of three tiles
function view([west, south, east, north]) {
  const widest = Math.max(east - west, (north - south) * 1.4, 1e-6);
  const zoom = Math.min(OPEN_ZOOMS[1], Math.max(OPEN_ZOOMS[0], Math.floor(Math.log2((360 * 3) / widest))));
  return `${zoom}/${((south + north) / 2).toFixed(5)}/${((west + east) / 2).toFixed(5)}`;
}
