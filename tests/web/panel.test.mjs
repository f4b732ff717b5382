// The operator's panel without a browser: what it asks and keeps, and what it makes of the answers.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { MUTE, asked, filled, named } from "../../functions/features-api/web/panel/broadcasts/draft.js";
import { line, parsed } from "../../functions/features-api/web/panel/broadcasts/markup.js";
import { Api, Problem } from "../../functions/features-api/web/panel/api.js";
import { columnsOf, roundUp } from "../../functions/features-api/web/panel/chart.js";
import { differences, same } from "../../functions/features-api/web/panel/diff.js";
import { taken } from "../../functions/features-api/web/panel/find/customer.js";
import { refusal } from "../../functions/features-api/web/panel/find/explain.js";
import { guessed, kindOf as kindOfValue, leaves, readAs, spokenOf, withAt, written } from "../../functions/features-api/web/panel/form.js";
import texts from "../../functions/features-api/web/panel/texts.js";
import { ringAll } from "../../functions/features-api/web/panel/now/dead.js";
import { isFresh, progress, segment } from "../../functions/features-api/web/panel/views/broadcasts.js";
import { costNote, daysUpTo, groupOf, keptUntil, minor, refused, success } from "../../functions/features-api/web/panel/views/charts.js";
import { kindOf } from "../../functions/features-api/web/panel/views/find.js";
import { byStage, standing, switched } from "../../functions/features-api/web/panel/views/now.js";
import { views } from "../../functions/features-api/web/panel/views/all.js";
import { say, span, speak, whyFailed } from "../../functions/features-api/web/panel/words.js";

const source = await readFile(new URL("../../functions/features-api/web/panel/texts.js", import.meta.url), "utf8");

/** A tab's storage. */
class Kept {
  #all = new Map();
  getItem = (name) => this.#all.get(name) ?? null;
  setItem = (name, value) => this.#all.set(name, value);
  removeItem = (name) => this.#all.delete(name);
}

function api({ initData = "", answers = {} } = {}) {
  const asked = [];
  const fetch = async (path, init) => {
    asked.push({ path, ...init });
    const [status, body, headers] = answers[path] ?? [404, { detail: "nothing" }];
    return status === 304 || init.headers["If-None-Match"] === headers?.ETag && headers ? new Response(null, { status: 304 }) : new Response(JSON.stringify(body), { status, headers });
  };
  return { asked, api: new Api({ initData, fetch, store: new Kept() }) };
}

test("a key goes into a header and never into an address, and comes before Telegram's sign-in", async () => {
  const { api: panel, asked } = api({ initData: "user=1", answers: { "/admin/me": [200, { who: "key#1", role: "editor" }] } });
  await panel.signIn();
  assert.equal(asked[0].headers.Authorization, "tma user=1");
  panel.useKey("nc_1_2");
  await panel.signIn();
  assert.deepEqual([asked[1].headers["X-API-Key"], asked[1].headers.Authorization, asked[1].path], ["nc_1_2", undefined, "/admin/me"]);
  assert.deepEqual([panel.may("viewer"), panel.may("editor"), panel.may("owner")], [true, true, false]);
  panel.useKey("");
  assert.equal(panel.may("viewer"), false, "whoever signs out may nothing");
  assert.equal(api().api.isSigned, false);
});

test("an answer with a tag is not sent again, and a write never asks for less", async () => {
  const { api: panel, asked } = api({ initData: "x", answers: { "/a": [200, { a: 1 }, { ETag: '"1"' }] } });
  const first = await panel.ask("/a");
  assert.equal(await panel.ask("/a"), first);
  assert.equal(asked[1].headers["If-None-Match"], '"1"');
  await panel.ask("/a", { method: "PUT", body: {} });
  assert.equal(asked[2].headers["If-None-Match"], undefined);
});

test("a refusal says what kind it is, where the mistake is, and what the server says", async () => {
  const { api: panel } = api({ initData: "x", answers: { "/a": [422, { detail: "too many", pointer: "/credits" }], "/b": [409, { detail: "faster" }] } });
  const failed = async (path) => panel.ask(path).catch((problem) => problem);
  const [a, b, c] = [await failed("/a"), await failed("/b"), await failed("/c")];
  assert.deepEqual([a.kind, a.pointer, b.kind, c.kind], ["senseless", "/credits", "conflict", "missing"]);
  assert.ok(a instanceof Problem);
  assert.match(whyFailed(a), /too many/);
  const broken = new Api({ initData: "x", fetch: () => Promise.reject(new Error("no route")), store: new Kept() });
  assert.equal((await broken.ask("/a").catch((problem) => problem)).kind, "network");
});

test("pages are read up to so many, and it is said that there are more", async () => {
  const answers = { "/l?limit=2": [200, { rows: [1, 2], next: "a#b" }], "/l?limit=2&cursor=a%23b": [200, { rows: [3] }] };
  const { api: panel } = api({ initData: "x", answers });
  assert.deepEqual(await panel.pages("/l?limit=2", "rows", 5), { all: [1, 2, 3], more: false });
  assert.deepEqual(await panel.pages("/l?limit=2", "rows", 1), { all: [1, 2], more: true });
});

test("what is typed into the box is known by its form", () => {
  const kinds = { "": "nothing", 700001: "user", "user#700001": "user", "700001-abcdefgh23456789": "job", "yookassa#2d1f8a2c-000f": "payment", "buy-700001-abcdefgh23456789": "payment", "0700001": "payment" };
  for (const [typed, kind] of Object.entries(kinds)) assert.equal(kindOf(` ${typed} `).kind, kind, typed);
  assert.equal(kindOf("user#7").id, "7");
});

test("open orders are counted by stage, and who is stuck or out of time among them", () => {
  const at = Date.parse("2026-11-23T12:00:00Z");
  const job = (stage, ago, due, settle = 60) => ({ stage, accepted_at: new Date(at - ago * 60_000).toISOString(), due_at: due === null ? undefined : new Date(at - due * 60_000).toISOString(), settle_at: new Date(at + settle * 60_000).toISOString() });
  const counted = byStage([job("RUNNING", 5, -1), job("QUEUED", 9, 4), job("QUEUED", 2, 2), job("RUNNING", 99, null, -1)], at);
  assert.deepEqual(counted.map((one) => [one.stage, one.count, one.oldestMs / 60_000, one.stuck, one.expired]), [["QUEUED", 2, 9, 1, 0], ["RUNNING", 2, 99, 0, 1]]);
});

test("only a plain switch is thrown, and what else its row says stays", () => {
  assert.deepEqual(switched({ enabled: true, note: "x" }, false), { enabled: false, note: "x" });
  assert.deepEqual(switched(null, true), { enabled: true });
  assert.equal(switched({ state: "ENABLED", variants: {} }, false), null);
});

test("a provider that is paused drains for as long as it has something in hand", () => {
  const one = (more) => standing({ has_switch: true, has_key: true, is_on: false, in_hand: 0, ...more });
  assert.deepEqual([one({ is_on: true }), one({ in_hand: 2 }), one({}), one({ has_key: false }), one({ has_switch: false })], ["on", "draining", "paused", "no-key-there", "no-such-provider"]);
  assert.equal(standing({ has_switch: true, has_key: true, is_on: false, in_hand: 0 }, false), "draining", "not all were counted");
});

test("all dead letters are rung, request by request, until there are no more or it breaks off", async () => {
  const answers = (...all) => async () => all.shift() ?? assert.fail("asked too often");
  const said = (rung, more = false, broke_off = false) => ({ rung, more, broke_off });
  assert.deepEqual(await ringAll(answers(said(50, true), said(50, true), said(7))), { rung: 107, brokeOff: false });
  assert.deepEqual(await ringAll(answers(said(50, true), said(3, true, true))), { rung: 53, brokeOff: true });
  assert.deepEqual(await ringAll(answers(said(0, true))), { rung: 0, brokeOff: false });
});

test("what differs is told leaf by leaf, whatever the order of members", () => {
  const old = { a: 1, b: { c: [1, 2], d: "x" }, e: null };
  assert.deepEqual(differences(old, { b: { d: "x", c: [1, 3] }, a: 1, f: true }), [
    { path: "b.c", old: [1, 2], new: [1, 3] }, { path: "e", old: null, new: undefined }, { path: "f", old: undefined, new: true },
  ]);
  assert.deepEqual(differences({}, { s: { n: 1, e: {} } }), [{ path: "s.n", old: undefined, new: 1 }, { path: "s.e", old: undefined, new: {} }]);
  assert.ok(same({ a: [1, { b: 2 }], c: 3 }, { c: 3, a: [1, { b: 2 }] }));
  assert.ok(!same({ a: 1 }, { a: 1, b: undefined }) && !same([1], [1, 2]) && !same(1, "1"));
});

test("a row becomes fields and fields a row, and nothing is lost on the way", () => {
  const row = { title: { ru: "Про", en: "Pro" }, prices: { stars: 670, stripe: "8.99" }, on: true, refuse: ["a*", "b c"], deep: [{ x: 1 }], none: null, empty: {} };
  const back = leaves(row).reduce((made, one) => withAt(made, one.path, readAs(one.kind, one.kind === "switch" ? one.value : written(one.kind, one.value))), {});
  assert.ok(same(back, row), JSON.stringify(back));
  assert.deepEqual([true, 1, "x", ["a"], [], [1], null, {}].map(kindOfValue), ["switch", "number", "text", "lines", "json", "json", "json", "json"]);
  assert.throws(() => readAs("number", "twelve"));
  assert.throws(() => readAs("number", " "));
  assert.throws(() => readAs("json", "{"));
  assert.equal(readAs("number", "1,5"), 1.5);
  assert.deepEqual(withAt({ a: { b: 1, c: 2 } }, ["a", "b"], undefined), { a: { c: 2 } });
  assert.deepEqual([guessed("12"), guessed("[1]"), guessed("a b")], [12, [1], "a b"]);
});

test("what the server says is wrong is found at its field", () => {
  const row = { signup_credits: 5000, requires: ["x"], prices: { stars: 1, stripe: "8.999" }, zone: "Mars" };
  assert.deepEqual(spokenOf("signup_credits: 5000 are too many", row), ["signup_credits"]);
  assert.deepEqual(spokenOf("prices.stripe: more than two digits", row), ["prices", "stripe"]);
  assert.deepEqual(spokenOf("prices: nothing is asked", row), ["prices", "stars"]);
  assert.deepEqual(spokenOf("unknown field `zone`, expected one of `max`", row), ["zone"]);
  assert.deepEqual(spokenOf('invalid type: string "Mars", expected u32', row), ["zone"]);
  assert.equal(spokenOf("something else altogether", row), null);
});

test("whatever orders were refused for is counted, limits among them, and each reason stands in one group", () => {
  const day = { refusals: [{ limit: "videos", times: 3 }], held_back: { credits: 2, "feature:hd": 1, "moderated:violence": 4, paused: 5 } };
  assert.deepEqual(refused(day), [["limit:videos", 3], ["credits", 2], ["feature:hd", 1], ["moderated:violence", 4], ["paused", 5]]);
  assert.deepEqual(refused(day).map(([why]) => groupOf(why).id.slice("refused-by-".length)), ["limits", "money", "rights", "words", "else"]);
  assert.equal(groupOf("of tomorrow").id, "refused-by-else");
  assert.deepEqual(refused({ refusals: [] }), [], "an answer of a server before this one");
});

test("an order's refusal is the first step that does not pass", () => {
  const steps = [{ step: "takes_orders", passes: true }, { step: "no_debt", passes: false }, { step: "credits", passes: false }];
  assert.equal(refusal(steps).step, "no_debt");
  assert.equal(refusal([]), null);
});

test("what was given is taken by its own change", () => {
  assert.deepEqual(taken("overrides.chat.gpt"), { change: "clear_override", key: "chat.gpt" });
  assert.deepEqual(taken("tier"), { change: "tier" });
  assert.equal(taken("strikes"), null);
});

test("a chart's columns stand on each other, and reach as high as their share", () => {
  assert.deepEqual([0, 1, 3, 7, 10, 0.03].map(roundUp), [1, 1, 5, 10, 10, 0.05]);
  const [first] = columnsOf([{ values: [5] }, { values: [5] }], 1, 10);
  assert.equal(Math.round(first[0].height), Math.round(first[1].height));
  assert.ok(Math.abs(first[0].y - (first[1].y + first[1].height)) < 1e-9);
  assert.equal(success({ completed: 0, failed: 0 }), null);
  assert.equal(success({ completed: 3, failed: 1 }), 750);
  assert.equal(costNote([{ all: { unpriced: 0, unrated: 0 } }]), "");
  assert.equal(costNote([{ all: { unpriced: 0, unrated: 2 } }, { all: { unpriced: 1, unrated: 3 } }]),
    `${say("unpriced", { count: "1" })} ${say("unrated", { count: "5" })}`);
  assert.deepEqual(daysUpTo(Date.parse("2026-11-22T22:30:00Z"), 2), ["2026-11-22", "2026-11-23"]);
  assert.equal(minor(350, "XTR"), "⭐ 350");
});

test("a message is read as its reader will see it, and nothing else becomes an element", () => {
  assert.deepEqual(parsed("<b>a &lt; b</b> &#x2713;"), [{ tag: "b", href: undefined, inner: ["a < b"] }, " ✓"]);
  assert.deepEqual(parsed('<a href="https://a.b/">x</a><a href="javascript:1">y</a>').map((one) => one.href), ["https://a.b/", undefined]);
  assert.deepEqual(parsed("<img src=x><script>1</script>"), ["<img src=x>", "<script>", "1", "</script>"]);
  assert.deepEqual(parsed("<constructor>x"), ["<constructor>", "x"]);
  assert.deepEqual(parsed("<b><i>x</b></i>"), [{ tag: "b", href: undefined, inner: [{ tag: "i", href: undefined, inner: ["x", "</b>"] }] }]);
  assert.equal(line("<b>Новая\n модель</b> &amp; <i>вы</i>"), "Новая модель & вы");
});

test("what stands in the form of a broadcast is what is asked for, and a copy of one asks for the same", () => {
  const one = { texts: { ru: "Да", en: "Yes" }, photo: "https://a.b/c.jpg", link: { url: "https://a.b", labels: { ru: "Туда", en: "There" } }, segment: { users: ["1", "2"], language: "ru", tier: "none", active_days: 7, credits_min: 0, paid: false }, per_second: 5 };
  assert.deepEqual(asked(filled(one)), one);
  assert.deepEqual(asked(filled(null)), { texts: {}, segment: {}, per_second: 20 });
  assert.deepEqual(asked({ ...filled(null), users: " 7, 8\n9 " }).segment, { users: ["7", "8", "9"] });
  assert.deepEqual(["/texts/en", "/texts", "/link/url", "/link/labels/en", "/segment/users", "/per_second"].map(named), ["text-en", "text-ru", "url", "label-en", "users", "per_second"]);
});

test("how far a broadcast is, whom it is for, and for how long its dry run is good", () => {
  const counts = { sent: 5, blocked: 1, unsure: 1, refused: 1, muted: 2, gone: 1, wordless: 4 };
  assert.deepEqual(progress({ counts, expected: 20 }), { done: 8, of: 20, skipped: 7 });
  assert.equal(progress({ counts, expected: 3 }).of, 8, "a day may bring more than were counted");
  assert.equal(segment({}), "everybody");
  assert.equal(segment({ language: "ru", credits_min: 0, paid: false }), "speaks ru, at least 0 credits, has never paid");
  const at = Date.parse("2026-11-23T12:00:00Z");
  assert.deepEqual([isFresh({ finished_at: "2026-11-22T12:00:01Z" }, at), isFresh({ finished_at: "2026-11-22T12:00:00Z" }, at), isFresh({}, at), isFresh(undefined, at)], [true, false, false, false]);
});

test("the button below a broadcast says in the panel what it says in the chat", async () => {
  for (const [language, words] of Object.entries(MUTE)) {
    const catalogue = await readFile(new URL(`../../shared/app/texts/${language}.ftl`, import.meta.url), "utf8");
    assert.equal(/^broadcast-mute-button = (.*)$/m.exec(catalogue)[1], words);
  }
});

test("a day that is over is asked for once, and again later if something of it was under way", () => {
  const at = Date.parse("2026-11-23T12:00:00Z");
  assert.equal(keptUntil({ complete: true, all: { open: 0 } }, at), Infinity);
  for (const more of [{ complete: false, all: { open: 0 } }, { complete: true, all: { open: 1 } }]) assert.equal(keptUntil(more, at) - at, 15 * 60_000);
});

test("every text is there in both languages, with the same values", () => {
  const places = (words) => [...words.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();
  for (const [id, english] of Object.entries(texts.en)) {
    assert.ok(texts.ru[id], id);
    assert.deepEqual(places(texts.ru[id]), places(english), id);
  }
  const ids = source.match(/^  "?([a-zA-Z0-9_-]+)"?: \[/gm);
  assert.equal(new Set(ids).size, ids.length, "a text that is said twice");
  for (const view of views) assert.notEqual(say(view.title), view.title, view.id);
  speak("ru");
  assert.equal(span(45_000), "45 с");
  assert.equal(span(125 * 60_000), "2 ч 05");
  speak("en");
});

test("every text that is asked for is there", async () => {
  const { readdir } = await import("node:fs/promises");
  const root = new URL("../../functions/features-api/web/panel/", import.meta.url);
  const files = (await readdir(root, { recursive: true })).filter((name) => name.endsWith(".js") && name !== "texts.js");
  assert.ok(files.length > 10);
  for (const name of files) {
    // Ids that are put together are not said whole.
    const code = (await readFile(new URL(name, root), "utf8")).replace(/`[^`]*`/g, "``");
    const asked = [...code.matchAll(/\bsay\(([^()]*?)[,)]/g)].flatMap((call) => [...call[1].matchAll(/"([a-z0-9-]+)"/g)]).map((found) => found[1]);
    for (const id of asked) assert.ok(texts.en[id], `${name}: ${id}`);
  }
});
