// What the phone knows of its own state: the line, what is unsent and why, space left.
import { sentence } from '../api.js';
import { say } from '../dom.js';
import { clock } from '../time.js';
import { page, t } from '../words.js';

const LOW_BYTES = 200e6;
const el = (id) => document.getElementById(id);

/** Show the connection: in words, and by the dot's shape and colour. */
export function drawLink(state) {
  el('link').dataset.state = state;
  say(el('link-words'), t(`field.link_${state}`));
}

// in the words of the crew: reports, photos and answers, not rows of a table
function counted(rows) {
  const number = (test) => rows.filter(test).length;
  const kind = (row) => row.event?.kind ?? '';
  return [
    ['field.unsent_reports', number((row) => kind(row).startsWith('report.'))],
    ['field.unsent_photos', number((row) => row.type === 'file')],
    ['field.unsent_stamps', number((row) => kind(row).startsWith('instruction.'))],
  ].filter(([, n]) => n).map(([key, n]) => t(key, { n })).join(' ') || t('field.unsent_rest');
}

/** Show how much is unsent, since when it fails and in which words. */
export function drawOutbox(outbox, refused = false) {
  const bar = el('unsent');
  const all = outbox.unsent;
  const mine = all.filter((row) => row.owner === page.me.person_id).length;
  const parked = outbox.parked.length;
  bar.hidden = !all.length && !parked && !refused;
  const lines = [
    all.length && t('field.unsent', { what: counted(all) }),
    all.length > mine && t('field.unsent_others', { what: counted(all.filter((row) => row.owner !== page.me.person_id)) }),
    parked && t('field.parked', { n: parked }),
  ].filter(Boolean);
  say(el('unsent-count'), lines.join('・'));
  const error = all.length ? outbox.lastError : null;
  const signedOut = refused || error?.status === 401 || error?.detail?.reason === 'csrf';
  const why = error && t('field.last_failure', { at: clock(error.at), why: sentence(error) });
  say(el('unsent-why'), signedOut ? t('error.unauthenticated') : why ?? '');
  el('signin').hidden = !signedOut;
  el('again').hidden = !all.length && !parked;
  el('unsent').dataset.state = error ? 'failing' : outbox.sending ? 'sending' : 'waiting';
}

/** Warn while there is still room to react. */
export async function drawStorage(kept) {
  const notice = el('storage');
  if (!kept) {
    notice.hidden = false;
    say(notice, t('field.not_keepable'));
    return;
  }
  navigator.storage?.persist?.();
  const { quota = Infinity, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  const left = quota - usage;
  notice.hidden = left > LOW_BYTES;
  if (left <= LOW_BYTES) say(notice, t('field.storage_low', { mb: Math.max(0, Math.round(left / 1e6)) }));
}

let fading = null;

/** Say one thing at the bottom of the screen for a few seconds. */
export function toast(words, tone = 'good') {
  const node = el('toast');
  node.dataset.tone = tone;
  say(node, words);
  node.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { node.hidden = true; }, 3500);
}
