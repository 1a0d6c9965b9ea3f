// Times come as ISO 8601 Z and are shown in Japan's time, whatever the device thinks.
import { t } from './words.js';

const JST_MS = 9 * 3600_000;
const STEPS = [
  [60, 1, 'ago.seconds'],
  [3600, 60, 'ago.minutes'],
  [86_400, 3600, 'ago.hours'],
  [Infinity, 86_400, 'ago.days'],
];

function parts(moment) {
  const d = new Date(new Date(moment).getTime() + JST_MS);
  const two = (n) => String(n).padStart(2, '0');
  return {
    year: d.getUTCFullYear(),
    month: d.getUTCMonth() + 1,
    day: d.getUTCDate(),
    hm: `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`,
    s: two(d.getUTCSeconds()),
  };
}

/** 06:45 in Japan. */
export function clock(moment) {
  return parts(moment).hm;
}

/** 06:45:07 in Japan. */
export function clockSeconds(moment) {
  const p = parts(moment);
  return `${p.hm}:${p.s}`;
}

/** 8/23 06:45:07 in Japan, always with its day: for tables that reach over nights. */
export function fullClock(moment) {
  const p = parts(moment);
  return `${p.month}/${p.day} ${p.hm}:${p.s}`;
}

/** 8/23 06:45 in Japan; the day is left out when it is today's. */
export function dayClock(moment, now = Date.now()) {
  const p = parts(moment);
  const q = parts(now);
  const today = p.year === q.year && p.month === q.month && p.day === q.day;
  return today ? p.hm : `${p.month}/${p.day} ${p.hm}`;
}

/** 3分前. A moment in the future counts as now: device clocks differ. */
export function ago(moment, now = Date.now()) {
  const seconds = Math.max(0, Math.round((now - new Date(moment).getTime()) / 1000));
  if (seconds < 5) return t('ago.now');
  const [, unit, key] = STEPS.find(([below]) => seconds < below);
  return t(key, { n: Math.floor(seconds / unit) });
}
