// When the cabinet asks anew for orders that are under way.

import assert from "node:assert/strict";
import { test } from "node:test";

import { QUEUED_MS, SILENT_MAX_MS, UNDERWAY_MS, patience } from "../../functions/features-api/web/underway.js";

const queued = { status: "pending", can_cancel: true };
const making = { status: "pending", can_cancel: false };
const over = ["completed", "failed", "canceled"].map((status) => ({ status, can_cancel: false }));

test("what is over is asked for no more, however often it failed", () => {
  for (const orders of [[], over]) for (const failures of [0, 3]) assert.equal(patience(orders, failures), Infinity);
});

test("as long as an order can be taken back it is looked at often, and one that is being made seldom", () => {
  assert.equal(patience([...over, making, queued], 0), QUEUED_MS);
  assert.equal(patience([...over, making], 0), UNDERWAY_MS);
  assert.ok(QUEUED_MS < UNDERWAY_MS);
});

test("what does not answer is asked more and more seldom, to an end", () => {
  const waits = Array.from({ length: 40 }, (_, failures) => patience([queued], failures));
  assert.deepEqual(waits.slice(0, 4), [1, 2, 4, 8].map((times) => times * QUEUED_MS));
  assert.ok(waits.every((wait, at) => at === 0 || wait >= waits[at - 1]));
  assert.equal(waits.at(-1), SILENT_MAX_MS);
  assert.ok(patience([making], 1) > UNDERWAY_MS);
});
