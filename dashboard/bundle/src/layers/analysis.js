// Whether and how strongly the results drawn from the live board are shown. Who draws them
// asks here; the control only says.
/** Results by name: "isolation", "lahar", "damage", "closures". Fires "change" with {name, shown, opacity}. */
class Analysis extends EventTarget {
  #states = new Map();

  /** Shown unless somebody switched it off. */
  shown(name) {
    return this.#states.get(name)?.shown ?? true;
  }

  opacity(name) {
    return this.#states.get(name)?.opacity ?? 1;
  }

  /** Say how a result is to be shown; listeners hear only what changed. */
  set(name, shown, opacity) {
    if (this.shown(name) === shown && this.opacity(name) === opacity) return;
    this.#states.set(name, { shown, opacity });
    this.dispatchEvent(new CustomEvent('change', { detail: { name, shown, opacity } }));
  }

  /** The names that are switched off. */
  hidden() {
    return [...this.#states].filter(([, { shown }]) => !shown).map(([name]) => name);
  }
}

export const analysis = new Analysis();
