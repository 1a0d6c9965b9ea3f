// Search that forgives: full and half width, large and small letters, hiragana and katakana.
const KATAKANA = /[ァ-ヶ]/g;
const BETWEEN = /[\s・･、,.\-_/()（）「」]/g;

/** A text as search compares it. */
export function fold(text) {
  return text.normalize('NFKC').toLowerCase()
    .replace(KATAKANA, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60))
    .replace(BETWEEN, '');
}

/** The layers whose title, group or name has every word of a query; all of them for an empty one. */
export function search(layers, groups, query) {
  const words = query.normalize('NFKC').split(/\s+/).map(fold).filter(Boolean);
  const titles = new Map(groups.map(({ id, title }) => [id, title]));
  return layers.filter((layer) => {
    const text = fold(`${layer.title} ${titles.get(layer.group) ?? ''} ${layer.name}`);
    return words.every((word) => text.includes(word));
  });
}
