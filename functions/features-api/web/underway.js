// When a page asks anew for orders that are under way. That one has ended is seen in what the account says; that one is in the
// queue, and can be taken back, or is there no more, moves nothing else.

/** How often is asked while an order can be taken back, in ms. */
export const QUEUED_MS = 10_000;
/** For how long after it was ordered one that is under way is looked at as often, in ms: a service that is busy sends it into the
 * queue again. */
export const YOUNG_MS = 2 * 60_000;
/** How often is asked while one is under way that is older. */
export const UNDERWAY_MS = 30_000;
/** The same while nothing answers, at most. */
export const SILENT_MAX_MS = 5 * 60_000;

/** After how long these orders are worth a question again, in ms, after so many that were not answered; never where nothing moves. */
export function patience(orders, failures, now = Date.now()) {
  const open = orders.filter((order) => order.status === "pending");
  const moves = open.some((order) => order.can_cancel || now - Date.parse(order.created_at) < YOUNG_MS);
  const calm = moves ? QUEUED_MS : open.length > 0 ? UNDERWAY_MS : Infinity;
  return failures === 0 || calm === Infinity ? calm : Math.max(calm, Math.min(SILENT_MAX_MS, calm * 2 ** failures));
}
