// When a page asks anew for orders that are under way. That one has ended is seen in what the account says; that one is in the
// queue, and can be taken back, or is there no more, moves nothing else.

/** How often is asked while an order can be taken back, in ms. */
export const QUEUED_MS = 10_000;
/** The same while one is under way: it may come into the queue again. */
export const UNDERWAY_MS = 60_000;
/** The same while nothing answers, at most. */
export const SILENT_MAX_MS = 5 * 60_000;

/** After how long these orders are worth a question again, in ms, after so many that were not answered; never where nothing moves. */
export function patience(orders, failures) {
  const calm = orders.some((order) => order.can_cancel) ? QUEUED_MS : orders.some((order) => order.status === "pending") ? UNDERWAY_MS : Infinity;
  return failures === 0 || calm === Infinity ? calm : Math.max(calm, Math.min(SILENT_MAX_MS, calm * 2 ** failures));
}
