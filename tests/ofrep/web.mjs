// The stock web client: all flags at once, and again only what has changed. It asks as the customer does, with the init
// data of the Mini App.

import assert from "node:assert/strict";
import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
import { OpenFeature } from "@openfeature/web-sdk";
import { EventSource } from "eventsource";

import { agrees, API, CUSTOMER, EXPECTED, give, isMissing, MISSING, ok, STRANGER_KEY, UNSAID } from "./api.mjs";

const { INIT_DATA } = process.env;
assert.ok(INIT_DATA, "INIT_DATA is not set");

/** Every answer that the provider was given, in order. */
const answers = [];
async function watched(...request) {
  const answer = await fetch(...request);
  answers.push(answer.status);
  return answer;
}

function provider(headers, pollInterval = 200) {
  return new OFREPWebProvider({ baseUrl: API, headers, fetchImplementation: watched, cacheMode: "disabled", pollInterval });
}

/** Waits until the provider was answered once more, and gives the status. */
async function nextAnswer() {
  const before = answers.length;
  const end = Date.now() + 10_000;
  while (answers.length === before) {
    assert.ok(Date.now() < end, "the provider asked no more");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return answers.at(-1);
}

await give(undefined);
await OpenFeature.setContext({ targetingKey: CUSTOMER, tier: "pro" }); // a tier that nobody gave is not believed
await OpenFeature.setProviderAndWait(provider([["Authorization", `tma ${INIT_DATA}`]]));
const mine = OpenFeature.getClient();
for (const [type, flag, otherwise, expected] of EXPECTED) {
  agrees(mine[`get${type}Details`](flag, otherwise), expected);
}
ok("every type of flag with its variant and reason");

for (const [type, flag, otherwise, expected] of UNSAID) {
  agrees(mine[`get${type}Details`](flag, otherwise), expected);
}
ok("the caller's default where there is no value");

isMissing(mine.getStringDetails(MISSING, "mine"));
ok("a flag that is not there");

assert.equal(await nextAnswer(), 304);
ok("nothing has changed: 304");

const changed = new Promise((resolve) => mine.addHandler("PROVIDER_CONFIGURATION_CHANGED", resolve));
await give("pro");
await changed;
assert.ok(answers.includes(200, 1) && answers.filter((status) => status === 200).length === 2, answers.join());
agrees(mine.getBooleanDetails("hd", false), { value: true, variant: "on", reason: "TARGETING_MATCH" });
agrees(mine.getStringDetails("greeting", "none"), { value: "good day", variant: "long", reason: "TARGETING_MATCH" });
assert.equal(await nextAnswer(), 304);
ok("a higher tier with the same targeting key: 200 with the new values, then 304");

await give(undefined);
await OpenFeature.close();

// A browser has one of these, and the provider then listens to the stream that the answer names; it does not poll at all.
globalThis.EventSource = EventSource;
await OpenFeature.setProviderAndWait(provider([["Authorization", `tma ${INIT_DATA}`]], 0));
const told = new Promise((resolve, reject) => {
  OpenFeature.getClient().addHandler("PROVIDER_CONFIGURATION_CHANGED", resolve);
  setTimeout(() => reject(new Error("the provider was told nothing in ten seconds")), 10_000).unref();
});
await give("pro");
await told;
agrees(OpenFeature.getClient().getBooleanDetails("hd", false), { value: true, variant: "on", reason: "TARGETING_MATCH" });
ok("the stock provider hears by the event stream that it should ask again");

await give(undefined);
await OpenFeature.close();
const stranger = OpenFeature.setProviderAndWait("stranger", provider([["X-API-Key", STRANGER_KEY]]));
await assert.rejects(stranger);
assert.equal(answers.at(-1), 401);
ok("a key that nobody knows");
await OpenFeature.close();
