// A file on its way: sent with its progress, then read by the server; both can be cancelled.
import { ApiError, authHeaders, request, sentence, toError } from '../api.js';
import { h, say } from '../dom.js';
import { page, t } from '../words.js';
import { megabytes } from './said.js';

const ASK_MS = 700;
const IMPORTS = '/api/v1/layers/imports';

/** One import at a time; its end goes to the outcome, and to the form whether it may send again. */
export class Sending {
  constructor(outcome, form) {
    this.outcome = outcome;
    this.form = form;
    this.bar = h('progress', { max: 1, 'aria-label': t('import.progress') });
    this.said = h('span', { role: 'status' });
    this.stop = h('button', { type: 'button', class: 'eoc-button', onclick: () => this.cancel?.() }, t('import.cancel'));
    this.node = h('div', { class: 'import-sending', hidden: true }, this.bar, this.said, this.stop);
  }

  /** Send a file with the town's words; resolves when it is read, refused or cancelled. */
  async start(file, words) {
    this.show(true);
    this.outcome.clear();
    try {
      const { id } = await this.upload(file, words);
      const found = await this.reading(id);
      if (found.state === 'done') this.form.finished();
      this.outcome.show(found, file.name);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.outcome.fail(error.code === 'cancelled' ? t('import.cancelled') : unsent(error), error.code === 'cancelled');
    } finally {
      this.show(false);
    }
  }

  show(running) {
    this.node.hidden = !running;
    this.cancel = null;
    this.form.busy(running);
    if (running) this.stop.focus();
  }

  upload(file, words) {
    const asked = new URLSearchParams({ filename: file.name });
    for (const [name, value] of Object.entries(words)) if (value) asked.set(name, value);
    const sent = new XMLHttpRequest(); // fetch tells nobody how far an upload is
    sent.open('POST', `${page.prefix}${IMPORTS}?${asked}`);
    for (const [name, value] of Object.entries(authHeaders())) sent.setRequestHeader(name, value);
    sent.upload.onprogress = ({ loaded }) => this.sent(loaded, file.size);
    this.cancel = () => sent.abort();
    this.sent(0, file.size);
    return new Promise((done, failed) => {
      sent.onload = () => (sent.status === 202 ? done(JSON.parse(sent.responseText)) : failed(toError(sent.status, parsed(sent.responseText))));
      sent.onerror = () => failed(new ApiError(0, 'network', ''));
      sent.onabort = () => failed(new ApiError(0, 'cancelled', ''));
      sent.send(file);
    });
  }

  sent(loaded, size) {
    const part = Math.min(1, loaded / Math.max(1, size));
    this.bar.value = part;
    say(this.said, t('import.sending', { percent: Math.round(part * 100), sent: megabytes(loaded), size: megabytes(size) }));
  }

  async reading(id) {
    const began = Date.now();
    const path = `${IMPORTS}/${id}`;
    this.bar.removeAttribute('value');
    this.cancel = () => { request('DELETE', path).catch(() => { /* asked again by the next press */ }); };
    for (;;) {
      const found = await this.ask(path);
      if (found && found.state !== 'running') return found;
      const seconds = Math.round((Date.now() - began) / 1000);
      say(this.said, t(found ? 'import.reading' : 'import.no_answer', { n: seconds }));
      await new Promise((done) => { setTimeout(done, ASK_MS); });
    }
  }

  // the reading goes on while the line is down
  async ask(path) {
    try {
      return await request('GET', path);
    } catch (error) {
      if (error instanceof ApiError && error.temporary) return null;
      throw error;
    }
  }
}

function unsent(error) {
  return error.status ? sentence(error) : t('import.unsent');
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // a proxy's page
  }
}
