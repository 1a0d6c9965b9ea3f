// What somebody types as a place, and the candidates for it. Nothing here waits or draws.

// the candidate is what was typed, by another writing; else the words of the caller say more
const SAME = new Set(['exact', 'prefix', 'coordinates', 'mesh']);
const LONGEST = 200;

/** One place being typed. at: the highlighted candidate, -1 for none; chosen: {candidate, words} or null. */
export class PlaceChoice {
  #asked = 0;

  constructor() {
    Object.assign(this, { text: '', candidates: [], at: -1, chosen: null });
  }

  /** The one under the highlight. */
  get highlighted() {
    return this.candidates[this.at] ?? null;
  }

  /** Take in the words; returns the ticket of the question to ask, or null when there is none. */
  typed(text) {
    this.text = text;
    this.at = -1; // Enter must not choose what belonged to other words
    if (this.chosen && !text.startsWith(this.chosen.words)) this.chosen = null;
    this.#asked += 1;
    if (text.trim()) return this.#asked;
    this.candidates = [];
    return null;
  }

  /** Take an answer, unless other words were typed since. Returns whether it was taken. */
  answered(ticket, candidates) {
    if (ticket !== this.#asked) return false;
    this.candidates = candidates;
    this.at = -1;
    return true;
  }

  /** Move the highlight; above the first one is none, which is the plain text. */
  move(step) {
    const places = this.candidates.length + 1;
    this.at = ((this.at + 1 + step + places) % places) - 1;
    return this.highlighted;
  }

  /** Choose a candidate; returns the words that now stand in the field. */
  choose(candidate = this.highlighted) {
    const words = wordsFor(this.text.trim(), candidate);
    this.leave();
    this.text = words;
    this.chosen = { candidate, words };
    return words;
  }

  /** Close the list; the words stay as they are, and a late answer opens nothing. */
  leave() {
    this.#asked += 1;
    this.candidates = [];
    this.at = -1;
  }

  /** Keep the words and give up the position. */
  drop() {
    this.chosen = null;
  }

  /** What goes into a report: place_text, and place when a candidate was chosen. */
  body() {
    const text = this.text.trim().slice(0, LONGEST);
    const place = this.chosen && placeOf(this.chosen.candidate);
    return { ...(text ? { place_text: text } : {}), ...(place ? { place } : {}) };
  }
}

/** A candidate as the position of a report: typed, and as unsure as the gazetteer is. */
export function placeOf({ lon, lat, uncertainty_m }) {
  return { lon, lat, method: 'typed', uncertainty_m };
}

// 「美沢の田中さん宅の裏」 says more than 美沢: what the caller said is never thrown away
function wordsFor(typed, { name, why }) {
  if (!typed || SAME.has(why) || name.includes(typed)) return name;
  return `${typed}（${name}）`.slice(0, LONGEST);
}
