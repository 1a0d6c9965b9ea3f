/** A new UUIDv7 (RFC 9562): 48 bits of milliseconds, then a counter and random bits.
 *  Ids made by one page in one millisecond still sort in the order they were made. */
let last = 0;
let count = 0;

export function uuid7(now = Date.now()) {
  if (now <= last) {
    count += 1;
    if (count > 0xfff) [last, count] = [last + 1, 0];
  } else {
    [last, count] = [now, 0];
  }
  const raw = crypto.getRandomValues(new Uint8Array(16));
  let ms = last;
  for (let i = 5; i >= 0; i -= 1) {
    raw[i] = ms % 256;
    ms = Math.floor(ms / 256);
  }
  raw[6] = 0x70 | (count >> 8);
  raw[7] = count & 0xff;
  raw[8] = 0x80 | (raw[8] & 0x3f);
  const hex = [...raw].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [8, 12, 16, 20].reduce((s, at, i) => `${s.slice(0, at + i)}-${s.slice(at + i)}`, hex);
}
