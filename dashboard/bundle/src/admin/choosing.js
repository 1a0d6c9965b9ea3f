// Which file, and what the town says of it. The words stay when a file is refused.
import { h, say } from '../dom.js';
import { has, t } from '../words.js';
import { Outcome } from './outcome.js';
import { crsWords, megabytes } from './said.js';
import { Sending } from './sending.js';

const ACCEPTED = '.geojson,.json,.geojsonl,.zip,.shp,.gpkg,.kml,.kmz,.gml,.xml,.gpx,.fgb,.topojson,.csv,.txt';
const TABLE = /\.(csv|tsv|txt)$/i; // what may lack coordinates
const ENCODINGS = ['UTF-8', 'CP932', 'EUC-JP'];
// names by which the map and the analyses know a layer
const KNOWN = { network: 'network', boundary: 'boundary' };

/** Build the form in host; what becomes of it goes to the shelf. */
export function importForm(host, shelf) {
  const form = new Form(host);
  const outcome = new Outcome(shelf, (crs) => form.again(crs));
  const sending = new Sending(outcome, form);
  form.onsend = (file, words) => sending.start(file, words);
  host.append(form.node, sending.node, outcome.node);
}

class Form {
  constructor(host) {
    this.file = null;
    this.input = h('input', { type: 'file', id: 'import-file', accept: ACCEPTED, 'aria-describedby': 'import-formats import-chosen' });
    this.chosen = h('strong', { id: 'import-chosen', role: 'status' });
    this.button = h('button', { type: 'submit', class: 'eoc-button main', disabled: true }, t('import.send'));
    this.zone = h('label', { class: 'import-zone', for: 'import-file' }, this.input,
      h('span', { class: 'import-drop' }, t('import.drop')), this.chosen,
      h('small', { id: 'import-formats' }, t('import.formats')));
    this.words = h('div', { class: 'import-words' }, fields(JSON.parse(host.dataset.choices)));
    this.more = h('details', { class: 'import-more' }, h('summary', {}, t('import.more')), h('div', { class: 'import-words' }, moreFields()));
    this.node = h('form', { class: 'import-form' }, this.zone, this.words, this.more, this.button);
    this.input.addEventListener('change', () => this.take(this.input.files));
    this.node.addEventListener('submit', (event) => { event.preventDefault(); this.send(); });
    this.node.elements.role.addEventListener('change', () => this.suggest());
    this.node.elements.by_place.addEventListener('change', () => this.follow());
    this.follow();
    followDrops(this.zone, (files, folder) => (folder ? this.refuse(t('import.folder')) : this.take(files)));
  }

  take(files) {
    if (files.length > 1) return this.refuse(t('import.one'));
    if (!files.length) return; // the file dialog was left: what was chosen stays
    [this.file] = files;
    this.zone.dataset.state = 'chosen';
    this.tell(t('import.chosen', { name: this.file.name, size: megabytes(this.file.size) }));
    if (TABLE.test(this.file.name)) this.more.open = true;
    this.node.elements.title.placeholder = this.file.name.replace(/\.[^.]+$/, '');
  }

  refuse(words) {
    this.file = null;
    this.zone.dataset.state = 'wrong';
    this.tell(words);
  }

  tell(words) {
    say(this.chosen, words);
    this.button.disabled = !this.file || this.running;
  }

  // the name is only proposed: a town may keep several networks side by side
  suggest() {
    const { role, name } = this.node.elements;
    if (!name.value || name.value === this.suggested) name.value = this.suggested = KNOWN[role.value] ?? '';
  }

  // a column of names means nothing where nothing is placed by name
  follow() {
    const { by_place: asked, place_column: column } = this.node.elements;
    column.disabled = !asked.checked;
  }

  busy(running) {
    this.running = running;
    this.button.disabled = !this.file || running;
  }

  /** Everything was kept: the next file must not take the words of this one. */
  finished() {
    this.node.reset();
    this.follow();
    this.more.open = false;
    this.file = null;
    delete this.zone.dataset.state;
    this.node.elements.title.placeholder = '';
    this.tell('');
  }

  again(crs) {
    this.node.elements.crs.value = crs;
    this.send();
  }

  send() {
    if (!this.file || this.running) return;
    const words = Object.fromEntries([...new FormData(this.node)].map(([key, value]) => [key, value.trim()]));
    this.onsend(this.file, words);
  }
}

function fields({ roles, crs }) {
  const codes = crs.map((code) => [code, crsWords(code)]);
  return [
    text('title'),
    field('role', select('role', [['', t('import.role.from_file')], ...roles.map((role) => [role, t(`role.${role}`)])])),
    text('name', { pattern: '[a-z0-9][a-z0-9_\\-]{0,63}', title: t('import.name.rule') }),
    text('source'), text('licence'), text('attribution'), text('date', { placeholder: '2026-08-23' }),
    field('crs', select('crs', [['', t('import.from_file')], ...codes])),
    field('encoding', select('encoding', [['', t('import.from_file')], ...ENCODINGS.map((name) => [name, name])])),
  ];
}

function moreFields() {
  return [
    check('by_place'), text('place_column'),
    check('schematic'), text('uncertainty_m', { type: 'number', min: 0, max: 10000000, step: 'any' }),
  ];
}

function text(name, props = {}) {
  return field(name, h('input', { name, maxlength: 200, autocomplete: 'off', ...props }));
}

function check(name) {
  return field(name, h('input', { type: 'checkbox', name, value: '1' }));
}

function field(name, input) {
  const hint = `import.${name}.hint`;
  input.id = `import-${name}`;
  if (has(hint)) input.setAttribute('aria-describedby', `${input.id}-hint`);
  return h('div', { class: 'import-field' }, h('label', { for: input.id }, t(`import.${name}`)), input,
    has(hint) && h('small', { id: `${input.id}-hint` }, t(hint)));
}

function select(name, options) {
  return h('select', { name }, options.map(([value, words]) => h('option', { value }, words)));
}

// a folder comes as a file that cannot be read: it is told before anybody waits for it
function followDrops(zone, take) {
  const over = (on) => (event) => {
    event.preventDefault();
    zone.classList.toggle('over', on);
  };
  zone.addEventListener('dragover', over(true));
  zone.addEventListener('dragleave', over(false));
  zone.addEventListener('drop', (event) => {
    over(false)(event);
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.());
    take(event.dataTransfer.files, entries.some((entry) => entry?.isDirectory));
  });
}
