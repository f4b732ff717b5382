// The browser client behind a page's own OpenFeature: the stock SDK and the stock provider, unchanged.

import assert from "node:assert/strict";
import { test } from "node:test";
import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
import { OpenFeature } from "@openfeature/web-sdk";

import { Gatekeeper } from "../../functions/features-api/web/client.js";

const BASE = "http://api.test";

/** A page with a provider and a gate that rests on it; both ask the same played API. */
async function opened(domain, { of = (client) => client } = {}) {
  const api = { asked: [], flag: true, tier: "free" };
  const fetch = async (request, init) => {
    const url = new URL(request.url ?? request);
    const by = request.url ? "provider" : "gate";
    api.asked.push(`${by} ${url.pathname}`);
    const body = url.pathname.startsWith("/ofrep")
      ? { flags: [{ key: "new_look", value: api.flag, variant: String(api.flag), reason: "STATIC" }, { key: "greeting", value: "hi", variant: "short", reason: "STATIC" }] }
      : { features: { hd: { name: "HD", enabled: api.tier === "pro", reason: "-" } }, tier: api.tier, models: [] };
    assert.equal(new Headers(request.headers ?? init.headers).get("Authorization"), "tma anna");
    return new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } });
  };
  const headers = [["Authorization", "tma anna"]];
  const provider = new OFREPWebProvider({ baseUrl: BASE, headers, fetchImplementation: fetch, cacheMode: "disabled" });
  await OpenFeature.setProviderAndWait(domain, provider, { targetingKey: "7" });
  const target = new EventTarget();
  const gate = new Gatekeeper({ base: BASE, authorization: () => "tma anna", fetch, target });
  gate.on(of(OpenFeature.getClient(domain), provider));
  await gate.ready();
  const heard = (name) => new Promise((resolve) => target.addEventListener(name, resolve, { once: true }));
  return { api, gate, provider, target, heard, asks: () => OpenFeature.setContext(domain, { targetingKey: "7", at: Math.random() }) };
}

test("flags come from the page's own provider, and are asked for by it alone", async () => {
  const { gate, api } = await opened("alone");
  assert.deepEqual([gate.getFlag("new_look", false), gate.getFlag("greeting", "none"), gate.getFlag("greeting", 7)], [true, "hi", 7]);
  assert.deepEqual([gate.canAccess("new_look"), gate.canAccess("hd"), gate.canAccess("constructor")], [true, false, false]);
  await gate.refresh();
  assert.equal(api.asked.filter((one) => one === "gate /ofrep/v1/evaluate/flags").length, 0);
  assert.equal(api.asked.filter((one) => one === "provider /ofrep/v1/evaluate/flags").length, 1);
});

test("what the provider learns is news at once, and the rest is asked for anew", async () => {
  const { gate, api, heard, asks } = await opened("news");
  Object.assign(api, { flag: false, tier: "pro" });
  const subscribed = heard("subscription-updated");
  await asks();
  assert.equal(gate.canAccess("new_look"), false, "by the provider's own answer");
  assert.equal((await subscribed).detail.tier, "pro");
  assert.equal(gate.canAccess("hd"), true);
});

test("a flag alone is news for what stands on the page", async () => {
  const { gate, api, heard, asks } = await opened("flag");
  api.flag = false;
  const [updated] = await Promise.all([heard("features-updated"), asks()]);
  assert.equal(updated.detail.changed, false);
  assert.equal(gate.canAccess("new_look"), false);
});

test("the provider itself will do where there is no SDK", async () => {
  const { gate, api, heard, provider } = await opened("bare", { of: (_, provider) => provider });
  assert.deepEqual([gate.getFlag("new_look", false), gate.canAccess("new_look")], [true, true]);
  api.flag = false;
  const updated = heard("features-updated");
  await provider.onContextChange({}, {});
  provider.events.emit("PROVIDER_CONFIGURATION_CHANGED", { flagsChanged: ["new_look"] });
  await updated;
  assert.equal(gate.canAccess("new_look"), false);
});

test("a page that takes another client hears nothing of the first any more", async () => {
  const { gate, api, asks } = await opened("first");
  const other = await opened("second");
  gate.on(OpenFeature.getClient("second"));
  await gate.refresh();
  const before = api.asked.length;
  await asks();
  assert.deepEqual(api.asked.slice(before), ["provider /ofrep/v1/evaluate/flags"]);
  other.api.flag = false;
  await other.asks();
  assert.equal(gate.canAccess("new_look"), false);
});
