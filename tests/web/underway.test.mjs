// When the cabinet asks anew for orders that are under way.

import assert from "node:assert/strict";
import { test } from "node:test";

import { QUEUED_MS, SILENT_MAX_MS, UNDERWAY_MS, YOUNG_MS, patience } from "../../functions/features-api/web/underway.js";

const now = Date.parse("2026-11-23T12:00:00Z");
const ago = (ms) => new Date(now - ms).toISOString();
const queued = { status: "pending", can_cancel: true, created_at: ago(3 * YOUNG_MS) };
const making = { status: "pending", can_cancel: false, created_at: ago(YOUNG_MS) };
const over = ["completed", "failed", "canceled"].map((status) => ({ status, can_cancel: false, created_at: ago(0) }));

test("what is over is asked for no more, however often it failed", () => {
  for (const orders of [[], over]) for (const failures of [0, 3]) assert.equal(patience(orders, failures, now), Infinity);
});

test("as long as an order can be taken back it is looked at often, and one that is being made seldom", () => {
  assert.equal(patience([...over, making, queued], 0, now), QUEUED_MS);
  assert.equal(patience([...over, making], 0, now), UNDERWAY_MS);
  const again = { ...making, created_at: ago(YOUNG_MS - 1) };
  assert.equal(patience([making, again], 0, now), QUEUED_MS, "a busy service sends it into the queue again");
  assert.ok(QUEUED_MS < UNDERWAY_MS);
});

test("what does not answer is asked more and more seldom, to an end", () => {
  const waits = Array.from({ length: 40 }, (_, failures) => patience([queued], failures, now));
  assert.deepEqual(waits.slice(0, 4), [1, 2, 4, 8].map((times) => times * QUEUED_MS));
  assert.ok(waits.every((wait, at) => at === 0 || wait >= waits[at - 1]));
  assert.equal(waits.at(-1), SILENT_MAX_MS);
  assert.ok(patience([making], 1, now) > UNDERWAY_MS);
});
