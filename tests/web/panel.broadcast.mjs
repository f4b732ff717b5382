// An operator writes to many customers from the panel, stops half-way, and goes on. What came to whom is asked of the played
// Telegram, not of the panel.

import assert from "node:assert/strict";

import { CUSTOMER, PAGE, PICTURES, ask, browser, chat, closed, does, done, fill, go, has, looks, offered, ok, opened, press, text, until } from "./panel.driven.mjs";

/** Customers who speak Russian, and others, whom it is not for. */
const RUSSIANS = 60;
const OTHERS = 20;
/** Two of the first want no broadcasts, two have blocked the bot. */
const MUTED = 2;
const BLOCKED = 2;
/** A slow pace, so that there is a half to stop at. */
const PER_SECOND = 3;
const MINUTES_MS = 180_000;

const WORDS = "Новая модель уже здесь";

/** Does something with each, a few at a time. */
async function each(list, what) {
  const left = list.map((one, at) => [one, at]);
  const found = [];
  const one = async () => { for (let next; (next = left.shift());) found[next[1]] = await what(next[0]); };
  await Promise.all(Array.from({ length: 6 }, one));
  return found;
}

const users = async () => (await (await fetch(`${PAGE}/client/users`)).json()).map((user) => user.id);
/** How often the broadcast stands in the chat of each, of all whom the played Telegram knows. */
async function arrived() {
  const all = await users();
  const times = await each(all, async (user) => (await chat(user)).messages.filter((message) => !message.mine && message.text?.includes(WORDS)).length);
  return new Map(all.map((user, at) => [user, times[at]]).filter(([, count]) => count > 0));
}
/** Has the function run now, as its schedule would within a minute; gives how many steps it took. */
async function run() {
  const answer = await fetch(`${PAGE}/cloud/run/BroadcastFunction`, { method: "POST" });
  assert.ok(answer.ok, await answer.clone().text());
  return (await answer.json()).steps;
}

// --- Somebody to write to --------------------------------------------------------------------------------------------

const earlier = await users();
const made = await each([...Array(RUSSIANS).fill("ru"), ...Array(OTHERS).fill("en")], async (language_code) => {
  const answer = await fetch(`${PAGE}/client/users`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ first_name: "Somebody", language_code }) });
  const { id } = await answer.json();
  await does(id, "say", { text: "/start" });
  return id;
});
// Telegram drops an answer where a bot has too many at once; whoever has none presses Start again.
const heard = async (user) => (await chat(user)).messages.some((message) => !message.mine);
await until(async () => {
  const answers = await each(made, heard);
  const left = made.filter((_, at) => !answers[at]);
  for (const user of left) await does(user, "say", { text: "/start" });
  if (left.length > 0) await new Promise((resolve) => setTimeout(resolve, 3_000));
  return left.length === 0;
}, "somebody has heard nothing", MINUTES_MS);
const russians = made.slice(0, RUSSIANS);
const unwilling = russians.slice(0, MUTED + BLOCKED);
for (const user of unwilling.slice(0, MUTED)) {
  await does(user, "say", { text: "/notifications" });
  await does(user, "press", await offered(user, "nw:0"));
  await offered(user, "nw:1");
}
for (const user of unwilling.slice(MUTED)) await does(user, "blocked", { blocked: true });
await until(async () => {
  const accounts = await each(unwilling.slice(MUTED), (user) => ask(`/admin/accounts/${user}`, undefined, "GET"));
  return accounts.every((account) => account.is_blocked);
}, "nobody has noticed who blocked the bot");
const wanted = new Set(russians.slice(unwilling.length));
// Whoever was here before may speak Russian, too. Not everybody whom Telegram knows has pressed Start.
const reachable = await each(earlier, (user) => ask(`/admin/accounts/${user}`, undefined, "GET").catch(() => null));
earlier.filter((_, at) => reachable[at]?.locale === "ru" && !reachable[at].is_blocked).forEach((user) => wanted.add(user));
ok(`${made.length} customers, of whom ${wanted.size} are to be reached`);

// --- Writing it ------------------------------------------------------------------------------------------------------

const page = await opened();
await has(page, "h2", "Open orders");
await go(page, "v=broadcasts");
await press(page, "Write to customers");
await page.waitForSelector("textarea[name=text-ru]");
const type = (name, value) => page.$eval(`[name="${name}"]`, (control, typed) => {
  control.value = typed;
  control.dispatchEvent(new Event("input", { bubbles: true }));
}, value);
await type("text-ru", `<b>${WORDS}</b>: попробуйте`);
await type("text-en", "<b>A new model</b> is here");
await has(page, ".bubble b", WORDS);
await type("text-ru", `<b>${WORDS}: <img src=x onerror=alert(1)>`);
assert.equal(await page.$(".bubble img"), null, "what is typed is never taken for HTML");
await type("language", "ru");
await page.type("[name=credits_min]", "1e");
await press(page, "Make the draft");
await has(page, ".field .wrong", "That is no number");
assert.equal(await page.$("dialog"), null, "a number that cannot be read does not mean everybody");
await type("credits_min", "");
await type("per_second", String(PER_SECOND));
await press(page, "Make the draft");
await page.waitForSelector("dialog[open]");
await fill(page, "Why", "news");
await page.click("dialog button[type=submit]");
await has(page, ".field .wrong", "Telegram knows no tag <img>");
await press(page, "Cancel");
await type("text-ru", `<b>${WORDS}</b>: попробуйте`);
await press(page, "Make the draft");
await page.waitForSelector("dialog[open]");
await fill(page, "Why", "news");
await page.click("dialog button[type=submit]");
assert.match(await done(page), /broadcast#.* · create.*news/s);
ok("a broadcast is written with a look at it; what Telegram would not take is said at its field");

await press(page, "Count whom it reaches");
const tile = (name) => page.evaluate((wantedName) => {
  const found = [...document.querySelectorAll(".tile")].find((one) => one.querySelector("span").textContent === wantedName);
  return found ? Number(found.querySelector("b").textContent.replace(/\D/g, "")) : null;
}, name);
await page.waitForSelector(".tile");
assert.deepEqual([await tile("would be written to"), await tile("skipped")], [wanted.size, unwilling.length]);
assert.equal((await arrived()).size, 0, "counting writes to nobody");
await press(page, "Send it to one person");
await page.waitForSelector("dialog[open]");
assert.equal(await page.$eval("dialog input", (control) => control.value), String(CUSTOMER));
await fill(page, "Their Telegram number", String(made.at(-1)));
await fill(page, "Why", "to see it");
await page.click("dialog button[type=submit]");
await done(page);
assert.deepEqual([...await arrived()], [[made.at(-1), 1]], "one person has it, in each language");
const tried = made.at(-1);
ok(`a dry run finds ${wanted.size} and writes to nobody; one person sees it before`);

// --- Stopped half-way, and taken up again ------------------------------------------------------------------------------

await (await page.waitForSelector('[data-key="start"]')).click();
await page.waitForSelector("dialog[open]");
assert.match(await text(page, "dialog .will"), new RegExp(`^${wanted.size} customers will be written to, each at most once`));
await page.screenshot({ path: `${PICTURES}broadcast-start.png` });
await fill(page, "Why", "the new model");
await page.click("dialog button[type=submit]");
await done(page);
const first = run();
await until(async () => (await tile("sent")) >= wanted.size / 4, "nothing goes out", MINUTES_MS);
await (await page.waitForSelector('[data-key="turn"]')).click();
await page.waitForSelector("dialog[open]");
await fill(page, "Why", "a typo?");
await page.click("dialog button[type=submit]");
assert.match(await done(page), /a typo\?/);
await first;
await has(page, ".mark", "stopped");
const half = await arrived();
assert.ok(half.size > wanted.size / 4 && half.size < wanted.size, `${half.size} of ${wanted.size} is no half`);
assert.equal(await run(), 0, "nothing runs while it stands");
assert.deepEqual(await arrived(), half, "nothing goes out while it stands");
const shownSent = async () => { await press(page, "Refresh"); return (await tile("sent")) === half.size - 1; };
await until(shownSent, "the panel says another number than what the played Telegram has");
ok(`stopped in the panel at ${half.size - 1} of ${wanted.size}, and nothing goes out while it stands`);

await (await page.waitForSelector('[data-key="turn"]')).click();
await page.waitForSelector("dialog[open]");
assert.match(await text(page, "dialog .will"), /Whoever was written to is not written to again/);
await fill(page, "Why", "it was none");
await page.click("dialog button[type=submit]");
await done(page);
await run();
await has(page, ".mark", "done");
const all = await arrived();
assert.deepEqual([...all].filter(([, times]) => times !== 1), [], "nobody gets it twice");
all.delete(tried);
assert.deepEqual([...all.keys()].sort(), [...wanted].sort(), "exactly those of the segment have it");
assert.deepEqual([await tile("sent"), await tile("skipped"), await tile("unsure: not sent again")], [wanted.size, unwilling.length, 0]);
await go(page, "v=broadcasts");
await has(page, "td .mark", "done");
await closed(page);
ok(`taken up again: all ${wanted.size} have it once, and nobody else has it`);

// --- How it looks --------------------------------------------------------------------------------------------------------

const { broadcasts } = await ask("/admin/broadcasts", undefined, "GET");
await ask("/admin/broadcasts", { texts: { ru: "Ещё <i>одно</i> сообщение", en: "One more message with <a href=\"https://example.org\">a link</a>" }, link: { url: "https://example.org", labels: { ru: "Открыть", en: "Open" } }, reason: "to look at" });
const [draft] = (await ask("/admin/broadcasts", undefined, "GET")).broadcasts;
await ask(`/admin/broadcasts/${draft.id}/count`, {});
await looks({ broadcasts: "v=broadcasts", broadcast: `v=broadcasts&id=${broadcasts[0].id}`, "broadcast-draft": `v=broadcasts&id=${draft.id}`, "broadcast-new": `v=broadcasts&new=1&from=${draft.id}` });

await browser.close();
