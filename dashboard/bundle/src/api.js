// One way to speak to the server: CSRF header, one error shape, one sentence for people.
import { has, page, t } from './words.js';

/** An answer that is not 2xx, or no answer at all (status 0). */
export class ApiError extends Error {
  constructor(status, code, message, detail = {}, payload = null) {
    super(message || code);
    Object.assign(this, { status, code, detail, payload });
  }

  /** True when trying the same again later can succeed. */
  get temporary() {
    return passes(this.status);
  }

  /** True when the person has to sign in again first. */
  get signedOut() {
    return this.status === 401 || this.code === 'unauthenticated' || this.detail?.reason === 'csrf';
  }
}

/** The headers every write needs: the cookie's CSRF value, or a program's token. */
export function authHeaders(token) {
  if (token) return { Authorization: `Bearer ${token}` };
  const found = /(?:^|; )_csrf_token=([^;]*)/.exec(globalThis.document?.cookie ?? '');
  return found ? { 'X-XSRF-Token': decodeURIComponent(found[1]) } : {};
}

/** Read the one error shape; anything else (a proxy's page) keeps its status. */
export function toError(status, payload) {
  const error = payload?.error ?? {};
  return new ApiError(status, error.code ?? `http_${status}`, error.message, error.detail, payload);
}

/** Fetch JSON below the realm's prefix. Throws ApiError. */
export async function request(method, path, { body, token, signal, prefix = page.prefix } = {}) {
  const headers = { Accept: 'application/json', ...authHeaders(token) };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let answer;
  try {
    answer = await fetch(prefix + path, {
      method, headers, signal, credentials: 'same-origin', redirect: 'error',
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (reason) {
    throw new ApiError(0, 'network', String(reason?.message ?? reason));
  }
  const payload = await answer.json().catch(() => null);
  if (!answer.ok) throw toError(answer.status, payload);
  return payload;
}

// timeout, another writer on the same upload, too many at once
const PASSING = new Set([408, 423, 429]);

/** True for a status after which the same may succeed later; 0 is no answer at all. */
export function passes(status) {
  return !status || PASSING.has(status) || status >= 500;
}

const JAPANESE = /[぀-ヿ一-鿿]/;

/** What went wrong, for a person: the server's own Japanese, else our words for the code. */
export function sentence(error) {
  const message = error?.message ?? '';
  if (JAPANESE.test(message)) {
    const reason = `refusal.${error.detail?.reason}`;
    return page.lang === 'ja' || !has(reason) ? message : t(reason, error.detail);
  }
  const key = `error.${error?.code}`;
  if (has(key)) return page.lang === 'ja' || !message ? t(key) : message;
  return t('error.other', { code: error?.code ?? '', message });
}

/** Post events of one incident. Returns the per-event results; throws ApiError. */
export async function send(incidentId, events, options = {}) {
  const path = `/api/v1/incidents/${encodeURIComponent(incidentId)}/events`;
  const answer = await request('POST', path, { ...options, body: { events } });
  return answer.results;
}
