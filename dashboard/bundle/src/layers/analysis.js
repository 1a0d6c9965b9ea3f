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

  /** What the control said so far: [[name, shown]]. */
  said() {
    return [...this.#states].map(([name, { shown }]) => [name, shown]);
  }
}

export const analysis = new Analysis();

/** Let show(name, shown) follow the control, from what it says already. */
export function obey(show) {
  for (const [name, shown] of analysis.said()) show(name, shown);
  analysis.addEventListener('change', ({ detail }) => show(detail.name, detail.shown));
}
