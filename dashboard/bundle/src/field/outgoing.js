// What the phone sends: envelopes, the outbox of this realm, and how it reaches the server.
import { send } from '../api.js';
import { uuid7 } from '../ids.js';
import { Outbox } from '../outbox.js';
import { MemoryStore, openStore } from '../outbox_store.js';
import { hashBlob } from '../sha.js';
import { honestName, sniff } from '../sniff.js';
import { browserExchange, upload } from '../tus.js';
import { page, realmName } from '../words.js';

const server = {
  events: (incidentId, events) => send(incidentId, events),
  file: (row, blob, { told, progress }) => upload(
    {
      blob, url: row.url, tries: row.tries,
      meta: { incident_id: row.incidentId, sha256: row.sha256, filename: row.photo.filename },
    },
    { endpoint: `${page.prefix}/uploads`, exchange: browserExchange, told, progress },
  ),
};

function alone(work) {
  return navigator.locks ? navigator.locks.request(realmName('outbox'), work) : work();
}

/** Open this realm's outbox; `kept` is false when the browser cannot keep anything. */
export async function openOutbox() {
  let [store, kept] = [null, true];
  try {
    store = await openStore(realmName('outbox'));
  } catch {
    [store, kept] = [new MemoryStore(), false]; // some private modes have no IndexedDB
  }
  return { outbox: new Outbox({ store, server, hash: hashBlob, alone }), kept };
}

function envelope(kind, subjectId, body) {
  return {
    id: uuid7(), kind, v: 1, subject_id: subjectId, occurred_at: new Date().toISOString(),
    person_id: page.me.person_id, body,
  };
}

const given = (body) => Object.fromEntries(
  Object.entries(body).filter(([, value]) => value !== null && value !== undefined && value !== ''),
);

/** Keep a report and its photos; resolves with its id when they are on the disk. */
export async function keepReport(outbox, { category, text, placeText, place, photos = [] }) {
  const reportId = uuid7();
  const body = given({
    category, text, place, place_text: placeText, team: page.me.team, means: 'app',
  });
  const files = [];
  for (const { file, here } of photos) files.push(await asPhoto(file, here ? place : null));
  await outbox.add({
    incidentId: page.incidentId, owner: page.me.person_id, about: reportId, files,
    events: [envelope('report.received', reportId, body)],
  });
  return reportId;
}

/** Keep one stamp for an instruction: acknowledged, departed, … or delivered, read. */
export function keepStamp(outbox, instructionId, verb, place) {
  return outbox.add({
    incidentId: page.incidentId, owner: page.me.person_id, about: instructionId,
    events: [envelope(`instruction.${verb}`, instructionId, given({ place }))],
  });
}

async function asPhoto(file, place) {
  const found = sniff(new Uint8Array(await file.slice(0, 16).arrayBuffer()));
  const photo = {
    id: uuid7(), announceId: uuid7(), filename: honestName(file.name, found).slice(-180),
    contentType: found?.type ?? (file.type || 'application/octet-stream'), size: file.size, place,
  };
  return { blob: file, photo };
}
