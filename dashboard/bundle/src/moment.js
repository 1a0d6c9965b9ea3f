// Moments that somebody types: Japan's time in the field, whatever the device thinks; UTC in the log.
const JST_MS = 9 * 3600_000;
const TYPED = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?(?:\.\d+)?$/;

/** A moment as a datetime-local field wants it, to the second: 2026-08-23T10:12:05. */
export function inJapan(ms) {
  return new Date(ms + JST_MS).toISOString().slice(0, 19);
}

/** What stands in a datetime-local field as ISO 8601 UTC; a field without seconds means :00. */
export function fromJapan(text) {
  const found = TYPED.exec(text);
  if (!found) throw new RangeError(`${text} is no date and time; write 2026-08-23T10:12:05.`);
  const [, year, month, day, hour, minute, second] = found.map(Number);
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second || 0) - JST_MS).toISOString();
}
