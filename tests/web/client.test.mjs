// The browser client by itself: what it asks, what it keeps, what it tells. Its clock and its server are the test's own.

import assert from "node:assert/strict";
import { test } from "node:test";

import { AGE_MAX_MS, Gatekeeper } from "../../functions/features-api/web/client.js";
import { launch } from "../../functions/features-api/web/launch.js";

const LISTS = "/api/user/features";
const FLAGS = "/ofrep/v1/evaluate/flags";

const used = (limit, current) => ({ limit, current, remaining: limit - current });
const features = (hd) => ({
  features: {
    hd: { name: "HD", enabled: hd, reason: hd ? "granted" : "not_in_tier", ...(hd ? {} : { unlocked_by: { tier: "pro" } }) },
    chat: { name: "Chat", enabled: true, reason: "granted", usage: [used(100, 1), used(5, 3), used(50, 0)] },
  },
  tier: hd ? "pro" : "free",
  models: [{ model_id: "kling", model_type: "video" }, { model_id: "suno", model_type: "music" }],
});

/** A server that plays the API: it tags what it answers, and says 304 to whoever has it. */
class Server {
  asked = [];
  answers = { [LISTS]: features(false), [FLAGS]: { flags: [{ key: "new_jobs", value: true }, { key: "unsaid" }] } };
  fails = null;

  fetch = async (path, init) => {
    const headers = new Headers(init.headers);
    const one = { path, ...init, whose: headers.get("Authorization"), tag: headers.get("If-None-Match"), status: 0 };
    this.asked.push(one);
    const told = (status, body, headers = {}) => {
      one.status = status;
      return new Response(body === null ? null : JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });
    };
    if (this.fails) return this.fails(told);
    const body = this.answers[path];
    const tag = `"${Buffer.from(one.whose + JSON.stringify(body)).toString("base64url")}"`;
    return one.tag === tag ? told(304, null) : told(200, body, { ETag: tag });
  };

  statuses(path) { return this.asked.filter((one) => one.path === path).map((one) => one.status); }
}

function opened(options = {}) {
  const server = new Server();
  const clock = { now: 1_000_000 };
  const told = [];
  const target = new EventTarget();
  for (const name of ["features-updated", "subscription-updated", "features-failed", "feature-upgrade"]) {
    target.addEventListener(name, (event) => told.push([name, event.detail]));
  }
  const gate = new Gatekeeper({ base: "", authorization: () => "tma anna", fetch: server.fetch, target, now: () => clock.now, ...options });
  return { server, clock, told, target, gate, names: () => told.map(([name]) => name) };
}

/** Lets what was begun behind the page's back come to its end. */
const settled = (gate) => gate.ready();

test("what is not known yet is closed, and asked for", async () => {
  const { gate, server } = opened();
  assert.equal(gate.canAccess("chat"), false);
  assert.equal(gate.getStatus("chat").reason, "not_loaded");
  assert.deepEqual(gate.getAvailableModels(), []);
  assert.equal(gate.getFlag("new_jobs", "mine"), "mine");
  await settled(gate);
  assert.deepEqual(server.asked.map((one) => one.path), [LISTS, FLAGS], "one question each, however often the page looks");
});

test("who asks while something is being asked gets an answer to their own question", async () => {
  const { gate, server, names } = opened();
  const early = gate.refresh();
  server.answers[LISTS] = features(true);
  const [one, other] = [gate.refresh(), gate.refresh()];
  assert.equal(one, other, "and all who wait share it");
  await early;
  await one;
  assert.equal(gate.canAccess("hd"), true);
  assert.ok(names().includes("features-updated"));
  assert.equal(server.statuses(LISTS).length, 2);
});

test("who asks for more while less is being asked gets what they asked for", async () => {
  const { gate, server } = opened({ flags: false });
  const before = gate.refresh();
  gate.configure({ flags: true });
  await gate.refresh();
  assert.equal(gate.getFlag("new_jobs", false), true);
  await before;
  assert.deepEqual(server.asked.map((one) => one.path), [LISTS, LISTS, FLAGS]);
});

test("features, the scarcest limit, models and flags are told", async () => {
  const { gate } = opened();
  assert.equal(await gate.ready(), true);
  assert.equal(gate.canAccess("chat"), true);
  assert.equal(gate.canAccess("hd"), false);
  assert.deepEqual(gate.getStatus("chat").usage, used(5, 3));
  assert.deepEqual(gate.getStatus("hd").unlocked_by, { tier: "pro" });
  assert.deepEqual(gate.getAvailableModels("music").map((model) => model.model_id), ["suno"]);
  assert.equal(gate.getFlag("new_jobs", false), true);
  assert.equal(gate.getFlag("unsaid", "mine"), "mine", "a flag without a value leaves it to the caller");
});

test("a flag of another type than is wanted leaves it to the caller", async () => {
  const { gate, server } = opened();
  server.answers[FLAGS].flags.push({ key: "greeting", value: "hi", variant: "short" }, { key: "theme", value: { ink: "red" }, variant: "red" }, { key: "rows", value: 7, variant: "few" });
  await gate.ready();
  assert.deepEqual([gate.getFlag("greeting", "none"), gate.getFlag("rows", 1), gate.getFlag("theme", {})], ["hi", 7, { ink: "red" }]);
  assert.deepEqual([gate.getFlag("greeting", true), gate.getFlag("rows", "one"), gate.getFlag("new_jobs", "mine")], [true, "one", "mine"]);
  assert.equal(gate.getFlag("new_jobs"), true, "where nothing is said, whether it is on");
});

test("a flag opens what no feature has the name of; where both have it, the feature decides", async () => {
  const { gate, server } = opened();
  server.answers[FLAGS].flags.push({ key: "hd", value: true, variant: "on" }, { key: "greeting", value: "hi", variant: "short" },
    { key: "new_look", value: false, variant: "off", reason: "DISABLED", metadata: { name: "New look" } });
  await gate.ready();
  assert.deepEqual([gate.canAccess("new_jobs"), gate.canAccess("new_look"), gate.canAccess("hd")], [true, false, false]);
  assert.deepEqual([gate.getStatus("new_look").reason, gate.getStatus("new_look").name], ["switched_off", "New look"]);
  for (const key of ["greeting", "unheard_of"]) assert.equal(gate.getStatus(key).reason, "unknown_feature", key);
});

test("a change of flags that fails is a failure, and is not taken for an answer as long as the server wants to be left alone", async () => {
  const { gate, server, names } = opened();
  await gate.ready();
  const failing = (status, headers) => { server.fails = (told) => (server.asked.at(-1).path === FLAGS ? told(status, {}, headers) : told(304, null)); };
  failing(429, { "Retry-After": "60" });
  await gate.refresh();
  assert.deepEqual([gate.problem.kind, gate.problem.retryAfterS, gate.getFlag("new_jobs", false)], ["busy", 60, true]);
  const before = server.asked.length;
  await gate.refresh();
  assert.deepEqual(server.asked.slice(before).map((one) => one.path), [LISTS], "the stock provider waits");
  assert.equal(gate.problem.kind, "busy");
  assert.deepEqual(names(), ["features-updated", "features-failed", "features-failed"]);
  for (const [answer, kind] of [[(told) => told(500, {}), "server"], [(told) => told(200, { nothing: 1 }), "server"], [() => { throw new TypeError("fetch failed"); }, "network"]]) {
    const other = opened();
    await other.gate.ready();
    other.server.fails = (told) => (other.server.asked.at(-1).path === FLAGS ? answer(told) : told(304, null));
    await other.gate.refresh();
    assert.equal(other.gate.problem?.kind, kind);
  }
});

test("what may be done is known although the flags fail from the first", async () => {
  const { gate, server } = opened();
  server.answers[LISTS] = features(true);
  const answer = server.answers[LISTS];
  server.fails = (told) => (server.asked.at(-1).path === FLAGS ? told(500, {}) : told(200, answer));
  await gate.refresh();
  assert.deepEqual([gate.problem.kind, gate.isKnown, gate.canAccess("hd"), gate.getFlag("new_jobs", "mine")], ["server", true, true, "mine"]);
});

test("a name that every object has is no feature", async () => {
  const { gate } = opened();
  await gate.ready();
  for (const name of ["constructor", "toString", "__proto__"]) {
    assert.equal(gate.canAccess(name), false, name);
    assert.equal(gate.getStatus(name).reason, "unknown_feature", name);
  }
});

test("within five minutes nothing is asked; after them, once, with the tag, and the page is not held up", async () => {
  const { gate, server, clock } = opened();
  await gate.ready();
  clock.now += AGE_MAX_MS;
  gate.canAccess("chat");
  await gate.ready();
  assert.deepEqual(server.statuses(LISTS), [200]);
  clock.now += 1;
  assert.equal(gate.canAccess("chat"), true, "the old answer, at once");
  gate.canAccess("hd");
  await settled(gate);
  assert.deepEqual(server.statuses(LISTS), [200, 304]);
  assert.deepEqual(server.statuses(FLAGS), [200, 304]);
  assert.equal(gate.isStale, false, "what has not changed is as good as new");
  assert.equal(gate.canAccess("chat"), true);
});

test("refresh asks at once, and says what has changed", async () => {
  const { gate, server, names } = opened();
  await gate.ready();
  assert.deepEqual(names(), ["features-updated"], "the first answer is no change");
  assert.equal(await gate.refresh(), false);
  assert.deepEqual(names(), ["features-updated"], "304 is nothing new");
  server.answers[LISTS] = features(true);
  assert.equal(await gate.refresh(), true);
  assert.deepEqual(names(), ["features-updated", "features-updated", "subscription-updated"]);
  assert.equal(gate.canAccess("hd"), true);
});

test("what is used is news, but no other subscription", async () => {
  const { gate, server, names } = opened();
  await gate.ready();
  server.answers[LISTS].features.chat.usage[1] = used(5, 5_000);
  await gate.refresh();
  assert.deepEqual(names(), ["features-updated", "features-updated"]);
});

test("a flag that is flipped is news", async () => {
  const { gate, server, names } = opened();
  await gate.ready();
  server.answers[FLAGS] = { flags: [{ key: "new_jobs", value: false }] };
  await gate.refresh();
  assert.equal(gate.getFlag("new_jobs", true), false);
  assert.deepEqual(names(), ["features-updated", "features-updated"]);
});

test("a page that says subscription-updated itself makes the client ask; its own event does not", async () => {
  const { gate, server, target } = opened();
  await gate.ready();
  server.answers[LISTS] = features(true);
  const learned = new Promise((resolve) => target.addEventListener("features-updated", resolve, { once: true }));
  target.dispatchEvent(new CustomEvent("subscription-updated"));
  await learned;
  assert.equal(gate.canAccess("hd"), true);
  assert.deepEqual(server.statuses(LISTS), [200, 200]);
});

test("without a connection the last known answer holds, and it is said what is wrong and since when", async () => {
  const { gate, server, clock, told } = opened();
  await gate.ready();
  const known = clock.now;
  clock.now += AGE_MAX_MS + 1;
  server.fails = () => { throw new TypeError("fetch failed"); };
  assert.equal(await gate.refresh(), false);
  assert.deepEqual([gate.problem.kind, gate.asOf, gate.isStale], ["network", known, true]);
  assert.equal(gate.canAccess("chat"), true);
  assert.equal(told.at(-1)[0], "features-failed");
  server.fails = null;
  await gate.refresh();
  assert.deepEqual([gate.problem, gate.isStale], [null, false]);
});

test("after a failure nothing is asked of its own accord for a while, and as long as the server says", async () => {
  const { gate, server, clock } = opened();
  server.fails = (told) => told(429, { detail: "slowly" }, { "Retry-After": "60" });
  await gate.refresh();
  assert.deepEqual([gate.problem.kind, gate.problem.retryAfterS, gate.problem.message], ["busy", 60, "slowly"]);
  const before = server.asked.length;
  clock.now += 59_999;
  gate.canAccess("chat");
  assert.equal(server.asked.length, before);
  clock.now += 1;
  server.fails = null;
  gate.canAccess("chat");
  await settled(gate);
  assert.equal(gate.canAccess("chat"), true);
});

test("each failure has its kind", async () => {
  for (const [status, kind] of [[401, "unauthorized"], [403, "refused"], [500, "server"], [503, "server"], [400, "refused"]]) {
    const { gate, server } = opened();
    server.fails = (told) => told(status, {});
    await gate.refresh();
    assert.deepEqual([gate.problem.kind, gate.problem.status], [kind, status]);
  }
  const { gate, server } = opened();
  server.answers[LISTS] = { nothing: true };
  await gate.refresh();
  assert.equal(gate.problem.kind, "server", "an answer of another shape is none");
});

test("whoever signs in after somebody else is shown nothing of theirs and sends none of their tags", async () => {
  let whose = "tma anna";
  const { gate, server } = opened({ authorization: () => whose });
  await gate.ready();
  whose = "tma boris";
  server.fails = () => { throw new TypeError("fetch failed"); };
  await gate.refresh();
  assert.equal(gate.canAccess("chat"), false);
  assert.equal(server.asked.at(-1).tag, null);
});

test("credentials go into the header alone, and no answer into the browser's cache", async () => {
  const { gate, server } = opened();
  await gate.ready();
  for (const { path, whose, cache, credentials } of server.asked) {
    assert.deepEqual([whose, cache, credentials], ["tma anna", "no-store", "omit"]);
    assert.ok(!path.includes("anna"));
  }
});

test("showUpgrade tells the page, which may take it on itself", async () => {
  const { gate, target, told } = opened();
  await gate.ready();
  assert.equal(gate.showUpgrade("hd", "Sharper?"), true);
  assert.deepEqual([told.at(-1)[1].status.key, told.at(-1)[1].message], ["hd", "Sharper?"]);
  target.addEventListener("feature-upgrade", (event) => event.preventDefault());
  assert.equal(gate.showUpgrade("hd"), false);
});

test("who opened the page is read from its address, where Telegram puts it", () => {
  const initData = new URLSearchParams({ user: JSON.stringify({ id: 7, language_code: "uk" }), hash: "x" }).toString();
  globalThis.location = { hash: `#${new URLSearchParams({ tgWebAppData: initData, tgWebAppThemeParams: "{" })}` };
  assert.deepEqual(launch(), { initData, language: "en", theme: null });
  globalThis.location = { hash: "" };
  assert.equal(launch().initData, "");
  delete globalThis.location;
});
