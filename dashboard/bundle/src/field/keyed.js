// Redraw a list card by card: a card that did not change keeps its element, so that a
// finger already on a button still presses it while progress ticks elsewhere.

/** rows: [{id, look, make()}]; `look` is any JSON value that decides how the card looks. */
export function keyed(list, rows) {
  const old = new Map([...list.children].map((node) => [node.dataset.key, node]));
  const nodes = rows.map(({ id, look, make }) => {
    const sign = JSON.stringify(look);
    const known = old.get(id);
    if (known?.sign === sign) return known;
    const node = make();
    node.dataset.key = id;
    node.sign = sign;
    return node;
  });
  const same = nodes.length === list.children.length && nodes.every((node, i) => node === list.children[i]);
  if (!same) list.replaceChildren(...nodes);
}
