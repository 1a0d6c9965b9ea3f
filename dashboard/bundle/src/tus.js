// Bytes enter by tus 1.0.0: creation-with-upload, then HEAD and PATCH until all is there.
import { ApiError, authHeaders, toError } from './api.js';

export const CHUNK = 5_000_000;
const SMALLEST = 256_000;
const RESUMABLE = { 'Tus-Resumable': '1.0.0' };
const OCTETS = { 'Content-Type': 'application/offset+octet-stream' };
const GONE = new Set([404, 410]);
const ASK_AGAIN = new Set([404, 409, 410, 423]);

/** Bytes of the next chunk: a bad line gets smaller ones, so that some of them arrive. */
export function chunkSize(tries) {
  return Math.max(SMALLEST, Math.floor(CHUNK / 2 ** tries));
}

/**
 * Send one file and resolve when the server has all of it.
 *
 * file: {blob, meta: {name: text}, url, tries}; exchange(method, url, headers, body,
 * progress) → {status, header(name), payload}; told({url, offset}) after each answer,
 * so that a killed browser goes on where it was. Throws ApiError.
 */
export async function upload(file, { endpoint, exchange, told, progress = () => {} }) {
  const { blob } = file;
  const size = chunkSize(file.tries ?? 0);
  let { url } = file;
  let offset = url ? await ask(url, exchange) : null;
  if (offset === null) ({ url, offset } = await create(file, size, { endpoint, exchange, progress }));
  await told({ url, offset });
  while (offset < blob.size) {
    offset = await patch(url, blob, offset, size, { exchange, progress });
    await told({ url, offset });
  }
  return url;
}

async function ask(url, exchange) {
  const answer = await exchange('HEAD', url, { ...RESUMABLE });
  if (GONE.has(answer.status)) return null; // expired or unknown: begin again
  return offsetOf(checked(answer));
}

async function create(file, size, { endpoint, exchange, progress }) {
  const { blob, meta } = file;
  // after a cut nobody knows the address of a half-sent creation: create first, then send
  const first = file.tries ? null : blob.slice(0, size);
  const headers = {
    ...RESUMABLE, 'Upload-Length': String(blob.size), 'Upload-Metadata': metadata(meta),
    ...(first?.size ? OCTETS : {}),
  };
  const report = (sent) => progress(sent, blob.size);
  const answer = checked(await exchange('POST', endpoint, headers, first?.size ? first : null, report));
  const url = new URL(answer.header('Location'), globalThis.location?.href ?? 'http://localhost/');
  return { url: url.pathname, offset: Number(answer.header('Upload-Offset') ?? 0) };
}

async function patch(url, blob, offset, size, { exchange, progress }) {
  const headers = { ...RESUMABLE, ...OCTETS, 'Upload-Offset': String(offset) };
  const part = blob.slice(offset, offset + size);
  const report = (sent) => progress(offset + sent, blob.size);
  const answer = await exchange('PATCH', url, headers, part, report);
  if (ASK_AGAIN.has(answer.status)) throw new ApiError(0, 'network', 'the upload moved: ask again');
  const next = offsetOf(checked(answer));
  if (next <= offset) throw new ApiError(0, 'network', 'the server took no bytes');
  return next;
}

function offsetOf(answer) {
  const offset = Number(answer.header('Upload-Offset'));
  if (!Number.isInteger(offset)) throw new ApiError(0, 'network', 'no Upload-Offset in the answer');
  return offset;
}

function checked(answer) {
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw toError(answer.status, answer.payload);
}

/** The Upload-Metadata header: name and base64 of UTF-8, by commas. */
export function metadata(pairs) {
  const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  return Object.entries(pairs).map(([name, text]) => `${name} ${base64(text)}`).join(',');
}

/** The browser's exchange: XMLHttpRequest, because fetch tells nothing of upload progress. */
export function browserExchange(method, url, headers, body = null, progress = () => {}) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(method, url);
    for (const [name, value] of Object.entries({ ...headers, ...authHeaders() })) {
      xhr.setRequestHeader(name, value);
    }
    // silence for a minute is a dead line, however long the whole chunk may take
    let timer = setTimeout(() => xhr.abort(), 60_000);
    xhr.upload.onprogress = (event) => {
      clearTimeout(timer);
      timer = setTimeout(() => xhr.abort(), 60_000);
      progress(event.loaded);
    };
    xhr.onloadend = () => {
      clearTimeout(timer);
      if (!xhr.status) return reject(new ApiError(0, 'network', 'no answer'));
      let payload = null;
      try { payload = JSON.parse(xhr.responseText); } catch { /* a body that is no JSON says nothing */ }
      return resolve({ status: xhr.status, header: (name) => xhr.getResponseHeader(name), payload });
    };
    xhr.send(body);
  });
}
