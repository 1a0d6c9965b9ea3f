// The outbox against a server that fails, is killed, and refuses single events and files.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { ApiError } from '../../../dashboard/bundle/src/api.js';
import { uuid7 } from '../../../dashboard/bundle/src/ids.js';
import { Outbox } from '../../../dashboard/bundle/src/outbox.js';
import { MemoryStore } from '../../../dashboard/bundle/src/outbox_store.js';
import { chunkSize, upload } from '../../../dashboard/bundle/src/tus.js';

const hash = async (blob) => {
  const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
  return Buffer.from(digest).toString('hex');
};

/** A server with the log's sameness rule and tus, that can be told to break. */
class FakeServer {
  log = new Map();

  order = [];

  uploads = new Map();

  files = new Map();

  sentBytes = 0;

  constructor({ breakAt = () => false } = {}) {
    this.breakAt = breakAt;
  }

  trouble() {
    if (this.breakAt()) throw new ApiError(0, 'network', 'cut');
  }

  async events(incidentId, events) {
    this.trouble();
    const results = events.map((event) => this.#take(event));
    this.trouble(); // the answer can be lost as well
    return results;
  }

  #take({ sent_at: sentAt, ...event }) {
    assert.ok(sentAt);
    if (event.body.text === 'bad') {
      return { id: event.id, status: 422, error: { code: 'malformed', message: '本文が正しくありません。' } };
    }
    const content = JSON.stringify(event);
    const known = this.log.get(event.id);
    if (known && known !== content) return { id: event.id, status: 409, error: { code: 'id_reused', message: '' } };
    if (!known) this.order.push(event.kind);
    this.log.set(event.id, content);
    return { id: event.id, seq: this.log.size, duplicate: Boolean(known) };
  }

  file(row, blob, { told, progress }) {
    const meta = { incident_id: row.incidentId, sha256: row.sha256, filename: row.photo.filename };
    const exchange = (...request) => this.#exchange(...request);
    return upload({ blob, meta, url: row.url, tries: row.tries }, { endpoint: '/uploads', exchange, told, progress });
  }

  async #exchange(method, url, headers, body) {
    this.trouble();
    if (method === 'POST') url = this.#create(headers);
    const up = this.uploads.get(url);
    if (!up) return answer(404, {}, { error: { code: 'not_found', message: '' } });
    if (method === 'PATCH' && Number(headers['Upload-Offset']) !== up.bytes.length) return answer(409, {});
    if (body) {
      const part = Buffer.from(await body.arrayBuffer());
      const cut = this.breakAt() ? Math.floor(part.length / 2) : part.length;
      up.bytes = Buffer.concat([up.bytes, part.subarray(0, cut)]);
      this.sentBytes += cut;
      if (cut < part.length) throw new ApiError(0, 'network', 'cut in the middle');
    }
    if (up.bytes.length === up.length) {
      if (up.bytes.subarray(0, 4).toString() === 'text') {
        return answer(415, {}, { error: { code: 'unsupported_media', message: '写真として読めません。' } });
      }
      this.files.set(await hash(new Blob([up.bytes])), up.bytes);
    }
    return answer(method === 'POST' ? 201 : 204, { Location: url, 'Upload-Offset': String(up.bytes.length) });
  }

  #create(headers) {
    const url = `/uploads/${this.uploads.size}`;
    this.uploads.set(url, { length: Number(headers['Upload-Length']), bytes: Buffer.alloc(0) });
    return url;
  }
}

function answer(status, headers, payload = null) {
  return { status, header: (name) => headers[name] ?? null, payload };
}

function report(outbox, text, blobs = []) {
  const id = uuid7();
  const event = {
    id: uuid7(), kind: 'report.received', v: 1, subject_id: id,
    occurred_at: new Date().toISOString(), person_id: 'p1', body: { text },
  };
  const files = blobs.map((blob) => ({
    blob,
    photo: { id: uuid7(), announceId: uuid7(), filename: 'a.jpg', contentType: 'image/jpeg', size: blob.size },
  }));
  return outbox.add({ incidentId: 'i', owner: 'p1', about: id, events: [event], files });
}

async function settle(outbox) {
  do await outbox.wake(); while (outbox.unsent.length);
  outbox.stop();
}

const picture = (n) => new Blob([randomBytes(n)]);

test('events go before files, and a photo is announced before its bytes', async () => {
  const server = new FakeServer();
  const outbox = new Outbox({ store: new MemoryStore(), server, hash });
  await Promise.all([report(outbox, 'a', [picture(10)]), report(outbox, 'b', [picture(10), picture(20)])]);
  await settle(outbox);
  assert.deepEqual(server.order, ['report.received', 'report.received', 'photo.announced', 'photo.announced', 'photo.announced']);
  assert.equal(server.files.size, 3);
});

test('an offender is parked with its words, the rest goes on, and nothing is lost', async () => {
  const server = new FakeServer();
  const outbox = new Outbox({ store: new MemoryStore(), server, hash });
  await report(outbox, 'bad');
  await report(outbox, 'good', [new Blob(['text, not a picture']), picture(30)]);
  await settle(outbox);
  assert.deepEqual(outbox.parked.map((row) => row.error.message), ['本文が正しくありません。', '写真として読めません。']);
  assert.equal(server.files.size, 1);
  assert.equal(server.log.size, 3);
});

test('signed out keeps everything waiting and parks nothing', async () => {
  const server = new FakeServer();
  server.events = async () => { throw new ApiError(401, 'unauthenticated', 'sign in'); };
  const outbox = new Outbox({ store: new MemoryStore(), server, hash });
  await report(outbox, 'a');
  await outbox.wake();
  outbox.stop();
  assert.equal(outbox.unsent.length, 1);
  assert.equal(outbox.lastError.code, 'unauthenticated');
});

/** What a page does until it is killed: after `calls` calls nothing it began ever ends. */
function mortal(target, calls) {
  let left = calls;
  const never = new Promise(() => {});
  const get = (_, name) => async (...args) => {
    left -= 1;
    if (left < 0) return never;
    const result = await target[name](...args);
    return left <= 0 ? never : result; // done there, but nobody heard of it
  };
  return new Proxy({}, { get });
}

test('through cuts, lost answers and 20 killed pages all arrives once', async () => {
  let n = 0;
  const server = new FakeServer({ breakAt: () => { n += 1; return (n * 7919) % 101 < 20; } });
  const store = new MemoryStore();
  const first = new Outbox({ store, server, hash });
  first.stop();
  const sizes = Array.from({ length: 40 }, (_, i) => 1000 + i);
  for (const size of sizes) await report(first, `r${size}`, [picture(size)]);
  for (let kill = 0; kill < 20; kill += 1) {
    const page = new Outbox({ store: mortal(store, 6 + kill), server: mortal(server, 5 + (kill % 4)), hash });
    page.wake();
    await new Promise((done) => { setTimeout(done, 20); });
    page.stop();
  }
  const last = new Outbox({ store, server, hash, random: () => 0 });
  await settle(last);
  assert.equal(last.parked.length, 0);
  assert.equal(server.log.size, 80);
  assert.deepEqual([...server.files.values()].map((bytes) => bytes.length).sort((a, b) => a - b), sizes);
  assert.equal(store.blobs.size, 0);
});

test('a cut upload goes on where the server has it, with smaller chunks', async () => {
  const server = new FakeServer();
  const blob = picture(12_000_000);
  const row = { photo: { filename: 'a.jpg' }, incidentId: 'i', sha256: await hash(blob), url: null, tries: 0 };
  let cuts = 0;
  server.breakAt = () => { cuts += 1; return cuts === 6; };
  const told = async (where) => { Object.assign(row, where); };
  await assert.rejects(server.file(row, blob, { told, progress: () => {} }));
  assert.ok(row.url);
  row.tries += 1;
  await server.file(row, blob, { told, progress: () => {} });
  assert.equal(server.files.size, 1);
  assert.ok(server.sentBytes <= blob.size + chunkSize(0));
  assert.equal(chunkSize(10), 256_000);
});

test('a spoiled, locked or expired upload is tried again and never parked', async () => {
  const server = new FakeServer();
  const blob = picture(2000);
  const faults = [460, 423, 410];
  const file = server.file.bind(server);
  server.file = (row, bytes, tools) => {
    const status = faults.shift();
    if (!status || status === 410) return file(status ? { ...row, url: '/uploads/gone' } : row, bytes, tools);
    const code = status === 460 ? 'checksum_mismatch' : 'locked';
    return Promise.reject(new ApiError(status, code, 'no'));
  };
  const outbox = new Outbox({ store: new MemoryStore(), server, hash, random: () => 0 });
  await report(outbox, 'a', [blob]);
  await settle(outbox);
  assert.equal(outbox.parked.length, 0);
  assert.equal(server.files.size, 1);
  assert.deepEqual(faults, []);
});
