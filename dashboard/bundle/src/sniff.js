// What a picture is by its first bytes. Phones and chat programs rename files freely.

const ASCII = (bytes, from, to) => String.fromCharCode(...bytes.subarray(from, to));
const HEIF_BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1']);

const TYPES = [
  { type: 'image/jpeg', names: ['jpg', 'jpeg', 'jpe', 'jfif'], is: (b) => b[0] === 0xff && b[1] === 0xd8 && b[2] === 0xff },
  { type: 'image/png', names: ['png'], is: (b) => ASCII(b, 0, 8) === '\x89PNG\r\n\x1a\n' },
  { type: 'image/webp', names: ['webp'], is: (b) => ASCII(b, 0, 4) === 'RIFF' && ASCII(b, 8, 12) === 'WEBP' },
  { type: 'image/avif', names: ['avif', 'avifs'], is: (b) => /^avi[fs]$/.test(brand(b)) },
  { type: 'image/heic', names: ['heic', 'heif', 'hif'], is: (b) => HEIF_BRANDS.has(brand(b)) },
];

function brand(bytes) {
  return ASCII(bytes, 4, 8) === 'ftyp' ? ASCII(bytes, 8, 12) : '';
}

/** The picture type of the first 16 bytes: {type, names}, or null. */
export function sniff(bytes) {
  return TYPES.find((row) => bytes.length >= 12 && row.is(bytes)) ?? null;
}

/** The name with the ending its content has: scan.jpg holding a PNG becomes scan.png. */
export function honestName(name, found) {
  const dot = name.lastIndexOf('.');
  const ending = dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
  if (!found || found.names.includes(ending)) return name || 'photo';
  return `${(dot < 0 ? name : name.slice(0, dot)) || 'photo'}.${found.names[0]}`;
}
