// What the clients' checks share: where the API is, how its operator changes something, and what was expected.

import assert from "node:assert/strict";

export const { API, API_KEY, CUSTOMER, STRANGER_KEY } = process.env;
for (const name of ["API", "API_KEY", "CUSTOMER", "STRANGER_KEY"]) {
  assert.ok(process.env[name], `${name} is not set; tests/ofrep/run.py sets it`);
}

export const MISSING = "nothing-of-the-kind";

/** Gives the customer a tier, as an operator does; none without a key. */
export async function give(tier) {
  const answer = await fetch(`${API}/admin/standings/${CUSTOMER}`, {
    method: "POST",
    headers: { "X-API-Key": API_KEY, "Content-Type": "application/json" },
    body: JSON.stringify({ change: "tier", key: tier, reason: "the stock clients' checks" }),
  });
  assert.equal(answer.status, 200, await answer.text());
}

/** What a client must say of each type of flag, for a customer of the lowest tier. */
export const EXPECTED = [
  ["Boolean", "new_jobs", false, { value: true, variant: "on", reason: "STATIC" }],
  ["Boolean", "closed", true, { value: false, variant: "off", reason: "DISABLED" }],
  ["String", "greeting", "none", { value: "hi", variant: "short", reason: "TARGETING_MATCH" }],
  ["Number", "share", 9, { value: 0.1, variant: "tenth", reason: "STATIC" }],
  ["Object", "theme", {}, { value: { ink: "white" }, variant: "dark", reason: "STATIC" }],
  ["Boolean", "hd", true, { value: false, variant: "off", reason: "TARGETING_MATCH" }],
  ["Boolean", "chat", false, { value: true, variant: "on", reason: "DEFAULT" }],
];

/** What has no value, so that the client's own default holds; the variant says so without naming one of the flag's. */
export const UNSAID = [
  ["String", "unset", "mine", { value: "mine", variant: "caller-default", reason: "DEFAULT" }],
  ["String", "shut", "mine", { value: "mine", variant: "caller-default_", reason: "DISABLED" }],
  ["Number", "width", 9, { value: 9, variant: "caller-default", reason: "TARGETING_MATCH" }],
];

export function agrees(details, expected) {
  const said = { value: details.value, variant: details.variant, reason: details.reason };
  assert.deepEqual(said, expected, `${details.flagKey}: ${JSON.stringify(details)}`);
  assert.equal(details.errorCode, undefined);
}

export function isMissing(details) {
  assert.deepEqual([details.value, details.reason, details.errorCode], ["mine", "ERROR", "FLAG_NOT_FOUND"]);
}

export function ok(what) {
  console.log(`ok  ${what}`);
}
