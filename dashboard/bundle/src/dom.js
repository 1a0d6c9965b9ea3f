// Elements without markup: text goes in as text, so a caption can never become code.
const SVG = 'http://www.w3.org/2000/svg';

/** An HTML element: h('p', {class: 'x', onclick: f}, 'text', child). False and null are left out. */
export function h(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** An SVG element, made the same way. */
export function svg(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Write text only when it changed: a wall that runs for days must not repaint for nothing. */
export function say(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}

/** Wait until Dash has put an element with this id into the page. */
export function whenPresent(id) {
  const there = document.getElementById(id);
  if (there) return Promise.resolve(there);
  return new Promise((done) => {
    const watch = new MutationObserver(() => {
      const node = document.getElementById(id);
      if (!node) return;
      watch.disconnect();
      done(node);
    });
    watch.observe(document.documentElement, { childList: true, subtree: true });
  });
}
