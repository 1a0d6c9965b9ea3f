// What is shown: the catalogue's own wish, changed by a link or by a person.
import { clamp, NONE, nothing } from './state.js';

export const FAINTEST = 0.1; // a layer that is on can be seen

/** The layers of a catalogue and which of them are shown, how strongly. */
export class Choice {
  constructor(layers) {
    this.listeners = [];
    this.learn(layers, nothing());
  }

  /** Take another catalogue; what a link asks for and nobody knows is left out. */
  learn(layers, link) {
    this.layers = new Map(layers.map((layer) => [layer.name, layer]));
    this.take(link);
  }

  /** Show what a link asks for, and the catalogue's wish where it says nothing. */
  take(link) {
    const wanted = (layer) => (layer.visible || link.on.has(layer.name)) && !link.off.has(layer.name);
    this.on = new Set(this.overlays().filter((layer) => layer.available && wanted(layer)).map(({ name }) => name));
    this.strengths = new Map();
    for (const [name, opacity] of link.on) if (opacity !== null) this.#strength(name, opacity);
    this.base = this.#knows(link.base) ? link.base : this.#ownBase();
    this.#tell();
  }

  /** Back to the catalogue's own wish. */
  reset() {
    this.take(nothing());
  }

  onChange(listener) {
    this.listeners.push(listener);
  }

  overlays() {
    return [...this.layers.values()].filter((layer) => !layer.base);
  }

  shown(name) {
    return this.on.has(name) || (name === this.base && this.base !== NONE);
  }

  /** The shown layers from the lowest to the highest: the base map first. */
  visible() {
    return [...this.layers.values()].filter(({ name }) => this.shown(name)).sort(fromBelow);
  }

  opacity(name) {
    return this.strengths.get(name) ?? this.#own(name);
  }

  show(name, wanted) {
    const layer = this.layers.get(name);
    if (!layer || layer.base || (wanted && !layer.available)) return;
    if (wanted) this.on.add(name);
    else this.on.delete(name);
    this.#tell();
  }

  setBase(name) {
    if (!this.#knows(name)) return;
    this.base = name;
    this.#tell();
  }

  setOpacity(name, opacity) {
    this.#strength(name, opacity);
    this.#tell();
  }

  /** What differs from the catalogue's wish, without the position. */
  link() {
    const link = nothing();
    if (this.base !== this.#ownBase()) link.base = this.base;
    for (const layer of this.layers.values()) this.#difference(layer, link);
    return link;
  }

  #difference({ name, base, visible, available }, link) {
    const own = Boolean(visible && available);
    const strength = this.strengths.get(name) ?? null;
    if (this.shown(name)) {
      if (strength !== null || (!own && !base)) link.on.set(name, strength);
    } else if (own && !base) link.off.add(name);
  }

  #strength(name, opacity) {
    if (!this.layers.has(name) || !Number.isFinite(opacity)) return;
    const given = clamp(opacity, FAINTEST, 1);
    if (given === this.#own(name)) this.strengths.delete(name);
    else this.strengths.set(name, given);
  }

  #own(name) {
    const opacity = this.layers.get(name)?.opacity;
    return Number.isFinite(opacity) ? clamp(opacity, FAINTEST, 1) : 1;
  }

  #knows(name) {
    const layer = this.layers.get(name);
    return name === NONE || Boolean(layer?.base && layer.available);
  }

  #ownBase() {
    const own = [...this.layers.values()].find((layer) => layer.base && layer.visible && layer.available);
    return own?.name ?? NONE;
  }

  #tell() {
    for (const listener of this.listeners) listener(this);
  }
}

function fromBelow(a, b) {
  return Number(b.base) - Number(a.base) || (a.order ?? 0) - (b.order ?? 0) || a.name.localeCompare(b.name);
}
