// What every live page has: clock, title of the incident, state of the connection, language.
import './shell.css';
import { ApiError, authHeaders, request } from './api.js';
import { say, whenPresent } from './dom.js';
import { connect } from './live.js';
import { teamNames } from './popup.js';
import { clockSeconds } from './time.js';
import { page, t } from './words.js';

const BLIND_MS = 5000;
const NEWEST_MS = 15_000;
const STATES = { live: 'shell.live', catching_up: 'shell.catching_up' };

/** Start the shell around a followed incident. Returns {replica, lastGood()}. */
export async function startShell() {
  // the board is fetched while Dash still draws the page
  const replica = page.incidentId && connect({ prefix: page.prefix, incidentId: page.incidentId });
  const root = await whenPresent('eoc-shell');
  languageSwitch(root);
  const state = { good: 0, refused: null };
  setInterval(() => tick(replica, state), 500);
  if (!replica) {
    say(document.getElementById('eoc-title'), t('shell.no_incident'));
    return null;
  }
  title(replica);
  replica.on('refused', (code) => { state.refused = code; });
  replica.on('state', () => tick(replica, state));
  replica.on('change', (ids) => { if (ids.includes(page.incidentId)) title(replica); });
  request('GET', '/api/v1/teams').then(({ teams }) => {
    for (const { id, name } of teams) teamNames.set(id, name);
    root.dispatchEvent(new CustomEvent('eoc-teams'));
  }, () => { /* names of teams are a nicety: ids are shown instead */ });
  globalThis.eocReplica = replica;
  return { replica, root, lastGood: () => state.good };
}

/**
 * Load the page again when another incident is the newest open one: nobody stands at the
 * wall to do it. A page that was asked for a certain incident (?incident=) stays with it.
 */
export function reloadForNewest() {
  if (new URLSearchParams(location.search).has('incident')) return;
  setInterval(async () => {
    try {
      const { incidents } = await request('GET', '/api/v1/incidents');
      const newest = incidents.find((incident) => !incident.ended_at) ?? incidents[0];
      if (newest && newest.id !== page.incidentId) location.reload();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // no line: the page says so already
    }
  }, NEWEST_MS);
}

/** Call take(ids) for every change; while the board is being fetched, once for all of it. */
export function followSettled(replica, take) {
  const waiting = new Set(replica.features.keys());
  const hand = () => {
    if (replica.state === 'catching_up' || !waiting.size) return;
    const ids = [...waiting];
    waiting.clear();
    take(ids);
  };
  replica.on('change', (ids) => {
    for (const id of ids) waiting.add(id);
    hand();
  });
  replica.on('state', hand);
  hand();
}

/** The clock and language of a page that follows nothing. */
export async function startPlain() {
  languageSwitch(await whenPresent('eoc-shell'));
  setInterval(() => tick(null, { good: 0 }), 1000);
}

function title(replica) {
  const p = replica.features.get(page.incidentId)?.properties;
  if (p?.title) say(document.getElementById('eoc-title'), p.ended_at ? `${p.title} ${t('shell.ended')}` : p.title);
}

function tick(replica, state) {
  const now = Date.now();
  say(document.getElementById('eoc-clock'), clockSeconds(now));
  if (!replica) return;
  if (replica.state === 'live') state.good = now;
  // silence began before the replica called itself blind
  if (replica.state === 'blind' && state.was === 'live') state.good -= BLIND_MS;
  state.was = replica.state;
  const cut = !(replica.state in STATES);
  const blind = cut && state.good > 0 && now - state.good > BLIND_MS - 500;
  document.body.dataset.connection = blind ? 'blind' : replica.state;
  say(document.getElementById('eoc-connection'), words(replica, state));
  say(document.getElementById('eoc-blind'), blind ? t('shell.blind', { at: clockSeconds(state.good) }) : '');
}

function words(replica, { good, refused }) {
  if (refused && !(replica.state in STATES)) return t('shell.refused');
  if (replica.state in STATES) return t(STATES[replica.state]);
  return good ? t('shell.cut', { at: clockSeconds(good) }) : t('shell.connecting');
}

function languageSwitch(root) {
  root.addEventListener('click', async (event) => {
    if (event.target.id === 'eoc-sign-out') {
      await fetch('/logout', { method: 'POST', headers: authHeaders(), redirect: 'manual' });
      location.assign('/login');
    }
    const lang = event.target.closest('[data-lang]')?.dataset.lang;
    if (!lang) return;
    const secure = location.protocol === 'https:' ? '; Secure' : '';
    document.cookie = `eoc_lang=${lang}; path=/; max-age=31536000; SameSite=Lax${secure}`;
    location.reload();
  });
}
