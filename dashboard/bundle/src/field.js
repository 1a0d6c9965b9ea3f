// The phone page: reports out, instructions in. Everything goes through the outbox.
import './field.css';
import { say } from './dom.js';
import { Instructions } from './field/instructions.js';
import { drawReports } from './field/my_reports.js';
import { openOutbox } from './field/outgoing.js';
import { Position } from './field/position.js';
import { ReportForm } from './field/report_form.js';
import { allowSound, ring } from './field/ring.js';
import { drawLink, drawOutbox, drawStorage, toast } from './field/status.js';
import { connect } from './live.js';
import { page, t } from './words.js';

const TABS = ['report', 'instructions', 'reports'];
const el = (id) => document.getElementById(id);

function show(tab) {
  document.body.dataset.tab = tab;
  for (const name of TABS) {
    el(`tab-${name}`).hidden = name !== tab;
    el(`go-${name}`).setAttribute('aria-current', name === tab ? 'page' : 'false');
  }
  globalThis.scrollTo(0, 0);
}

function draw({ outbox, instructions, replica, refused }) {
  drawOutbox(outbox, refused);
  drawReports(outbox, replica);
  const { unread, fresh } = instructions.draw();
  if (fresh) {
    ring();
    toast(t('field.new_instruction', { n: fresh }), 'alarm');
  }
  el('unread').hidden = !unread;
  say(el('unread'), String(unread));
  el('arrived').hidden = !unread;
  say(el('arrived'), t('field.arrived', { n: unread }));
  document.title = `${unread ? `(${unread}) ` : ''}${document.body.dataset.title}`;
}

// many rows settle at once: draw once a frame, and in a hidden page still
function coalesced(work) {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    const now = () => { due = false; work(); };
    if (document.hidden) setTimeout(now, 50);
    else requestAnimationFrame(now);
  };
}

async function start() {
  for (const name of TABS) el(`go-${name}`).addEventListener('click', () => show(name));
  el('arrived').addEventListener('click', () => show('instructions'));
  show('report');
  allowSound();
  const { outbox, kept } = await openOutbox();
  const position = new Position();
  const instructions = new Instructions(outbox, position, { said: toast });
  const parts = { outbox, instructions, replica: null, refused: false };
  const redraw = coalesced(() => draw(parts));
  outbox.on(redraw);
  el('again').addEventListener('click', () => outbox.retry());
  globalThis.addEventListener('online', () => outbox.wake());
  document.addEventListener('visibilitychange', () => document.hidden || outbox.wake());
  if (page.incidentId) {
    new ReportForm(outbox, position, toast);
    instructions.replica = follow(parts, redraw);
  } else {
    el('no-incident').hidden = false;
    el('send').disabled = true;
    el('normal').disabled = true;
    drawLink('offline');
  }
  setInterval(redraw, 30_000); // ages grow
  drawStorage(kept);
  redraw();
  await outbox.start();
}

function follow(parts, redraw) {
  const { outbox } = parts;
  const replica = connect();
  parts.replica = replica;
  replica.on('change', (ids) => {
    if (ids.includes(page.incidentId)) title(replica);
    redraw();
  });
  replica.on('state', (state) => {
    if (state === 'live') parts.refused = false;
    drawLink(parts.refused ? 'refused' : state);
    redraw();
    if (state === 'live' && outbox.unsent.length) outbox.wake(); // the line is back
  });
  replica.on('refused', () => {
    parts.refused = true;
    drawLink('refused');
    redraw();
  });
  drawLink(replica.state);
  globalThis.eocReplica = replica;
  return replica;
}

function title(replica) {
  const incident = replica.features.get(page.incidentId)?.properties;
  if (!incident) return;
  say(el('incident'), incident.title);
  el('ended').hidden = !incident.ended_at;
}

start();
