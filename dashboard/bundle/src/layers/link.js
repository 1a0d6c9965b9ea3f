// The link of a view.
/** The link of this view: with the incident, so that it shows the same to somebody else. */
export function linkOf({ origin, pathname, hash }, incidentId) {
  const search = incidentId ? `?incident=${encodeURIComponent(incidentId)}` : '';
  return `${origin}${pathname}${search}${hash}`;
}
