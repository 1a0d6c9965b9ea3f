// Fetch the data of a layer, with an end to waiting and one shape of error.
import { ApiError, toError } from '../api.js';

const PATIENCE_MS = 45_000;

/** The answer of an address as "json" or "arrayBuffer"; null for 204. Throws ApiError. */
export async function load(url, form) {
  const late = AbortSignal.timeout(PATIENCE_MS);
  try {
    const answer = await fetch(url, { signal: late, credentials: 'same-origin', redirect: 'error' });
    if (answer.status === 204) return null;
    if (!answer.ok) throw toError(answer.status, await answer.json().catch(() => null));
    return await answer[form]();
  } catch (reason) {
    if (reason instanceof ApiError) throw reason;
    throw new ApiError(0, late.aborted ? 'stalled' : codeOf(reason), '');
  }
}

// what is not JSON is broken data; everything else is a line that is down
function codeOf(reason) {
  return reason instanceof SyntaxError ? 'bad_data' : 'network';
}
