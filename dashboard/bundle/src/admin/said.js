// How layers, sizes and coordinate systems are said.
import { has, page, t } from '../words.js';

/** How a coordinate system is called: 6680 平面直角座標系 XII系. */
export function crsWords(code) {
  const key = `crs.${code}`;
  return has(key) ? `${code} ${t(key)}` : `${code}`;
}

/** 1.2 MB; what is small has a tenth too, so that nothing looks empty. */
export function megabytes(bytes) {
  return `${Math.max(0.1, bytes / 1048576).toFixed(1)} MB`;
}

/** What a layer is called in the page's language. */
export function titleOf({ title_ja: ja, title_en: en }) {
  return (page.lang === 'en' && en) || ja;
}
