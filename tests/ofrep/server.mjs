// The stock server client: one request for each evaluation.

import assert from "node:assert/strict";
import { OFREPProvider } from "@openfeature/ofrep-provider";
import { OpenFeature } from "@openfeature/server-sdk";

import { agrees, API, API_KEY, CUSTOMER, EXPECTED, give, isMissing, MISSING, ok, STRANGER_KEY, UNSAID } from "./api.mjs";

const context = { targetingKey: CUSTOMER, tier: "pro" }; // a tier that nobody gave is not believed

async function client(key) {
  await OpenFeature.setProviderAndWait(key, new OFREPProvider({ baseUrl: API, headers: [["X-API-Key", key]] }));
  return OpenFeature.getClient(key);
}

const mine = await client(API_KEY);
await give(undefined);
for (const [type, flag, otherwise, expected] of EXPECTED) {
  agrees(await mine[`get${type}Details`](flag, otherwise, context), expected);
}
ok("every type of flag with its variant and reason");

// This client's protocol is older than answers without a value: it gives the caller's default, and calls that an error.
for (const [type, flag, otherwise] of UNSAID) {
  const details = await mine[`get${type}Details`](flag, otherwise, context);
  assert.deepEqual([details.value, details.errorCode], [otherwise, "GENERAL"], flag);
}
ok("the caller's default where there is no value");

isMissing(await mine.getStringDetails(MISSING, "mine", context));
ok("a flag that is not there");

const metadata = (await mine.getBooleanDetails("chat", false, context)).flagMetadata;
assert.deepEqual([metadata.limit, metadata.used, metadata.remaining], [5, 0, 5]);
assert.match(metadata.reset_at, /T18:00:00Z$/);
ok("limits and uses beside a feature");

const wrong = await mine.getNumberDetails("greeting", 7, context);
assert.deepEqual([wrong.value, wrong.errorCode], [7, "TYPE_MISMATCH"]);
ok("a flag of another type");

const stranger = await (await client(STRANGER_KEY)).getBooleanDetails("new_jobs", false, context);
assert.deepEqual([stranger.value, stranger.reason, stranger.errorCode], [false, "ERROR", "GENERAL"]);
ok("a key that nobody knows");

await give("pro");
agrees(await mine.getBooleanDetails("hd", false, context), { value: true, variant: "on", reason: "TARGETING_MATCH" });
agrees(await mine.getStringDetails("greeting", "none", context), { value: "good day", variant: "long", reason: "TARGETING_MATCH" });
ok("a higher tier from one evaluation to the next");

await give(undefined);
await OpenFeature.close();
