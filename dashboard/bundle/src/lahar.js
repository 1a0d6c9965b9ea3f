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
