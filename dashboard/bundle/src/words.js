// What the server put in the page: <script type="application/json" id="eoc">.
const tag = globalThis.document?.getElementById('eoc');
const NOTHING = { prefix: '', realm: 'real', lang: 'ja', words: {}, me: null, incidentId: null };

export const page = tag ? { ...NOTHING, ...JSON.parse(tag.textContent) } : { ...NOTHING };
globalThis.EOC = page;

/** The text of a key in the page's language; {name} is filled from values. */
export function t(key, values = {}) {
  const text = page.words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** Whether the catalogue has the key. */
export function has(key) {
  return Object.hasOwn(page.words, key);
}

/** A name in this browser that the other realm can never share. */
export function realmName(what) {
  return `eoc-${page.realm}-${what}`;
}
