// The clock of the mudflow: arrival is always a range, counted down to the second.
import { clockSeconds } from './time.js';
import { t } from './words.js';

/** The rows of a running clock, or none. */
export const windowsOf = (feature) => feature?.properties.windows?.rows ?? [];

/** 「10:12:05～10:31:40」 */
export const spanWords = (row) => `${clockSeconds(row.arrives_from)}～${clockSeconds(row.arrives_to)}`;

/** Where now lies: before the fast edge, inside the window, or past the slow edge. */
export function phase(row, now = Date.now()) {
  if (now < Date.parse(row.arrives_from)) return 'before';
  return now < Date.parse(row.arrives_to) ? 'inside' : 'passed';
}

/** 「あと 12:05」 to the fast edge; what it is when it is no longer before. */
export function countdown(row, now = Date.now()) {
  const state = phase(row, now);
  if (state !== 'before') return t(`lahar.${state}`);
  const s = Math.floor((Date.parse(row.arrives_from) - now) / 1000);
  const two = (n) => String(n).padStart(2, '0');
  return t('lahar.left', { left: `${Math.floor(s / 60)}:${two(s % 60)}` });
}

/**
 * The part of the course where the flow may be now: reached by the fast front, not yet left by
 * the slow one. Returns [[lon, lat], …], empty before it starts and after it is over.
 */
export function bandNow({ properties: p }, now = Date.now()) {
  const course = p.windows?.course ?? [];
  const elapsed = (now - Date.parse(p.erupted_at)) / 1000;
  if (course.length < 2 || elapsed <= 0) return [];
  const found = [];
  for (let i = 1; i < course.length; i += 1) {
    const [a, b] = [course[i - 1], course[i]];
    const from = Math.max(0, share(a[3], b[3], elapsed)); // the slow front has passed up to here
    const to = Math.min(1, share(a[2], b[2], elapsed)); // the fast front has come as far as this
    if (from >= to) continue;
    if (!found.length) found.push(between(a, b, from));
    found.push(between(a, b, to));
  }
  return found;
}

// how far between two vertices a front is; below 0: not yet, above 1: past
const share = (first, second, at) => (second > first ? (at - first) / (second - first) : at >= first ? Infinity : -Infinity);
const between = (a, b, f) => [a[0] + (b[0] - a[0]) * f, a[1] + (b[1] - a[1]) * f];
