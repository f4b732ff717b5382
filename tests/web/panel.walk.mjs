// The operator's panel in a real browser: opened from the played Telegram by an owner, and at a desk with a key.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { API, API_KEY, CUSTOMER, PAGE, PICTURES, ask, browser, closed, does, done, fill, go, has, looks, named, offered, ok, opened, press, text } from "./panel.driven.mjs";

const FIRST_LOAD_BYTES_MAX = 100_000;

let ordered = 0;

/** Lets the customer order something in the chat. */
async function order(words) {
  await does(CUSTOMER, "say", { text: words });
  const card = await offered(CUSTOMER, "go:", { behind: ordered });
  ordered = card.message_id;
  await does(CUSTOMER, "press", card);
}

/** Lays a doorbell among those that failed too often, as SQS does after the fifth time. */
async function bury(doorbell) {
  const { endpoints, outputs } = JSON.parse(await readFile(new URL("../../.local-cloud/stack.json", import.meta.url), "utf8"));
  const headers = { "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.SendMessage" };
  const body = JSON.stringify({ QueueUrl: outputs.DoorbellDeadLetterQueueUrl, MessageBody: JSON.stringify(doorbell) });
  const answer = await fetch(endpoints.sqs, { method: "POST", headers, body });
  assert.ok(answer.ok, await answer.text());
}

// --- Something to see ------------------------------------------------------------------------------------------------

await ask(`/admin/standings/${CUSTOMER}`, { change: "plan", key: "unlimited_1day", reason: "the walk orders" });
await order("an owl in the rain");
await order("an owl that is refused #moderation");

// --- Who signs in ------------------------------------------------------------------------------------------------------

{
  const page = await opened();
  await has(page, "h2", "Open orders");
  assert.ok(page.bytes > 10_000 && page.bytes < FIRST_LOAD_BYTES_MAX, `${page.bytes} bytes`);
  assert.match(await text(page, ".who"), new RegExp(`user#${CUSTOMER} · owner`));
  assert.match(await text(page, ".fresh"), /^As of \d\d:\d\d:\d\d$/);
  assert.equal(await page.$eval("nav a[aria-current]", (node) => node.textContent), "Now");
  const before = page.asked.filter((url) => url.pathname === "/admin/jobs").length;
  await page.waitForFunction((first) => performance.getEntriesByType("resource").filter((one) => one.name.includes("/admin/jobs")).length > first, {}, before);
  ok(`an owner is signed in by Telegram; the first load takes ${page.bytes} bytes, and what is shown is asked for again by itself`);
  await closed(page);

  const desk = await opened({ at: `${API}/panel/` });
  await desk.waitForSelector("form.sign");
  await desk.type("input[name=key]", "not a key");
  await press(desk, "Sign in");
  await has(desk, ".wrong", "That is no key");
  await desk.$eval("input[name=key]", (input) => { input.value = ""; });
  await desk.type("input[name=key]", `${API_KEY.slice(0, -1)}0`);
  await press(desk, "Sign in");
  await has(desk, ".wrong", "sign-in has run out");
  await desk.screenshot({ path: `${PICTURES}sign-in.png` });
  await desk.type("input[name=key]", API_KEY);
  await press(desk, "Sign in");
  await has(desk, "h2", "Open orders");
  const kept = await desk.evaluate((key) => [location.href.includes(key), JSON.stringify(localStorage).includes(key), JSON.stringify(sessionStorage).includes(key)], API_KEY);
  assert.deepEqual(kept, [false, false, true]);
  await go(desk, `v=find&q=${CUSTOMER}`);
  await has(desk, "button", "Ban");
  assert.equal(await desk.$(named("Give credits")), null, "a machine moves no money");
  await press(desk, "Sign out");
  await desk.waitForSelector("form.sign");
  assert.equal(await desk.evaluate(() => sessionStorage.length), 0);
  await closed(desk);
  ok("at a desk a key signs in for the tab, in no address; what it may not do is not offered");

  const stranger = await (await fetch(`${PAGE}/client/users`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ first_name: "Eve", language_code: "en" }) })).json();
  const nobody = await opened({ at: `${PAGE}/client/${stranger.id}/mini-app?app=panel` });
  await has(nobody, ".wrong", "You may not do this");
  assert.equal(await nobody.$("nav"), null);
  await closed(nobody);
  ok("a customer who is no operator sees nothing of it");
}

// --- Finding somebody, and helping them ----------------------------------------------------------------------------------

{
  const page = await opened();
  await has(page, "h2", "Open orders");
  await go(page, "v=find");
  await page.type("input[type=search]", CUSTOMER);
  await page.keyboard.press("Enter");
  await has(page, "h2", `Customer ${CUSTOMER}`);
  const credits = () => page.$eval(".tiles .tile b", (node) => Number(node.textContent.replace(/\D/g, "")));
  const before = await credits();
  await press(page, "Give credits");
  await page.waitForSelector("dialog[open]");
  await fill(page, "How many", "7");
  assert.match(await text(page, "dialog .will"), new RegExp(`${before} become ${before + 7}`));
  await press(page, "Give credits", "//dialog");
  await has(page, "dialog .wrong", "This is needed");
  await fill(page, "Why", "the video was green");
  await fill(page, "How many", "99999");
  await press(page, "Give credits", "//dialog");
  await has(page, "dialog .wrong", "a gift is 1 to 10000");
  await fill(page, "How many", "7");
  await press(page, "Give credits", "//dialog");
  const entry = await done(page);
  assert.match(entry, /7 credits were given/);
  assert.match(entry, new RegExp(`user#${CUSTOMER} · grant.*the video was green`, "s"));
  await page.waitForFunction((wanted) => Number(document.querySelector(".tiles .tile b").textContent.replace(/\D/g, "")) === wanted, {}, before + 7);
  await has(page, "td", "the video was green");
  ok("credits are given with a reason; the account, the ledger and the audit show it");

  await press(page, "Ban");
  await page.waitForSelector("dialog[open]");
  await fill(page, "Why", "ticket-18");
  await press(page, "Ban", "//dialog");
  await done(page);
  await has(page, ".mark", "no new orders until");
  const explained = async () => {
    await page.waitForFunction(() => document.querySelector("form.explain select option"));
    await page.select("form.explain select", "model/kling-3.0");
    await press(page, "Explain");
    await page.waitForSelector(".verdict .mark");
    return text(page, ".verdict .mark");
  };
  assert.equal(await explained(), "It would be refused, for this does not hold: is not banned or paused");
  await page.screenshot({ path: `${PICTURES}refused.png`, fullPage: true });
  await press(page, "Unban");
  await page.waitForSelector("dialog[open]");
  await fill(page, "Why", "ticket-18 is settled");
  await press(page, "Unban", "//dialog");
  await done(page);
  await page.waitForFunction(() => ![...document.querySelectorAll(".mark")].some((node) => node.textContent.includes("no new orders until")));
  assert.match(await explained(), /^It would be taken: \d+ credits/);
  // The same of another length and quality: each has a price of its own, and may need more.
  await page.type("form.explain input[type=number]", "10");
  await page.$$eval("form.explain input[type=checkbox]", (boxes) => boxes.at(-1).click());
  assert.match(await explained(), /^It would be taken: \d+ credits/);
  const last = page.asked.filter((url) => url.pathname.includes("/admin/explain/")).at(-1);
  assert.deepEqual([last.searchParams.get("seconds"), last.searchParams.get("high")], ["10", "true"]);
  ok("a ban is said in full before it holds, explains the refusal, and is taken back");
  await closed(page);
}

// --- A bad flag, and the way back ----------------------------------------------------------------------------------------

{
  const page = await opened();
  await has(page, "h2", "Open orders");
  await go(page, "v=rules&kind=flags&key=new_jobs");
  await page.waitForSelector(".fields input[name=enabled]");
  await page.click(".fields input[name=enabled]");
  await press(page, "Check and save");
  await page.waitForSelector("dialog[open]");
  assert.match(await text(page, "dialog del"), /true/);
  assert.match(await text(page, "dialog ins"), /false/);
  await page.screenshot({ path: `${PICTURES}save.png` });
  await fill(page, "Why", "a slip");
  await press(page, "Save", "//dialog");
  assert.match(await done(page), /a slip/);
  await go(page, "v=now");
  await has(page, ".mark", "are stopped");
  await go(page, `v=find&q=${CUSTOMER}`);
  await page.waitForFunction(() => document.querySelector("form.explain select option"));
  await page.select("form.explain select", "model/kling-3.0");
  await press(page, "Explain");
  await has(page, ".verdict .mark", "It would be refused, for this does not hold: orders are taken");
  await go(page, "v=history");
  const versions = await page.$$(".version summary");
  await versions[1].click();
  await press(page, "Go back to this version", "//details[@open]");
  await page.waitForSelector("dialog[open]");
  assert.match(await text(page, "dialog ins"), /true/);
  await fill(page, "Why", "the flag was bad");
  await page.click("dialog button[type=submit]");
  assert.match(await done(page), /rollback.*the flag was bad/s);
  await has(page, ".version summary", "brings ");
  await go(page, "v=now");
  await has(page, ".mark", "are taken");
  ok("a bad flag is seen where it hurts, and one step back mends it, with what that changes shown before");

  await go(page, "v=rules&kind=limits&key=videos");
  await page.waitForSelector(".fields input[name=max]");
  const write = (value) => page.$eval(".fields input[name=max]", (input, typed) => { input.value = typed; }, value);
  await write("lots");
  await press(page, "Check and save");
  await has(page, ".field .wrong", "That is no number");
  await write("-3");
  await press(page, "Check and save");
  await page.waitForFunction(() => [...document.querySelectorAll(".field .wrong, .problems .wrong")].some((node) => node.checkVisibility() && node.textContent.includes("-3")));
  assert.equal(await page.$("dialog"), null);
  ok("what the server would refuse is said before anybody is asked why");

  const { row } = await ask("/admin/settings/limits/videos", undefined, "GET");
  await ask("/admin/settings/limits/videos", { row: { ...row, max: row.max + 1 }, reason: "meanwhile" }, "PUT");
  await write(String(row.max + 5));
  await press(page, "Check and save");
  await page.waitForSelector("dialog[open]");
  await fill(page, "Why", "more");
  await press(page, "Save", "//dialog");
  await has(page, "dialog .wrong", "has changed this row");
  assert.match(await text(page, "dialog > form > .wrong"), /key#\w+ has changed this row.*meanwhile/s);
  await page.screenshot({ path: `${PICTURES}conflict.png` });
  await press(page, "Cancel");
  await ask("/admin/settings/limits/videos", { row, reason: "as it was" }, "PUT");
  ok("a row that somebody else has changed is not written over, and it is said who did");

  await go(page, "v=now");
  await has(page, "td", "kie");
  await (await page.waitForSelector('[data-key="turn kie"]')).click();
  await page.waitForSelector("dialog[open]");
  assert.match(await text(page, "dialog .will"), /kie gets no new orders.*that it has in hand are finished/);
  await fill(page, "Why", "it is slow");
  await page.click("dialog button[type=submit]");
  await done(page);
  await page.waitForFunction(() => document.querySelector('[data-key="turn kie"]')?.textContent === "Resume");
  await page.click('[data-key="turn kie"]');
  await page.waitForSelector("dialog[open]");
  await fill(page, "Why", "it is well");
  await page.click("dialog button[type=submit]");
  await done(page);
  await page.waitForFunction(() => document.querySelector('[data-key="turn kie"]')?.textContent === "Pause");
  ok("a provider is paused and asked again from the page of what is going on");

  for (const job of ["700001-2222222222222222", "700002-2222222222222222"]) await bury({ job, hint: "callback" });
  await press(page, "Refresh");
  await go(page, "v=now");
  await has(page, ".mark", "2 there");
  await press(page, "Show them");
  await has(page, "td", "the provider called");
  assert.equal(await page.$$eval('[data-key^="ring "]:not([data-key="ring all"])', (all) => all.length), 2);
  await page.screenshot({ path: `${PICTURES}dead-letters.png`, fullPage: true });
  await (await page.waitForSelector('[data-key^="ring "]:not([data-key="ring all"])')).click();
  await page.waitForSelector("dialog[open]");
  await fill(page, "Why", "the tables are back");
  await page.click("dialog button[type=submit]");
  assert.match(await done(page), /rung once more: 1\..*queue#doorbells · update.*the tables are back/s);
  await (await page.waitForSelector('[data-key="ring all"]')).click();
  await page.waitForSelector("dialog[open]");
  await fill(page, "Why", "and the rest");
  await page.click("dialog button[type=submit]");
  assert.match(await done(page), /rung once more: 1\..*and the rest/s);
  await has(page, "section .mark.good", "none");
  ok("dead letters are counted, shown with their orders, and rung once more, one or all, with who and why");
  await closed(page);
}

// --- What orders were refused for, and where faults are switched -------------------------------------------------------

{
  const page = await opened();
  await page.waitForSelector("nav a");
  await go(page, "v=charts");
  // Why orders were refused is counted by what the webhook knew of the switches, which is up to half a minute old; that the charts
  // have every reason is held by the API's tests and by `panel.test.mjs`.
  await has(page, ".tile", "refusals");
  await go(page, "v=now");
  await page.focus(".meanings summary");
  await page.keyboard.press("Enter");
  await has(page, ".meanings[open] dd", "nobody has");
  const faults = await page.$eval('nav a[target="_blank"]', (link) => link.href);
  assert.equal(faults, `${new URL(PAGE).origin}/cloud/faults`);
  assert.match(await (await fetch(faults)).text(), /\/cloud\/faults\//);
  ok("what orders were refused for is in the charts, words of the trade are explained by keyboard, and the local cloud's faults are one press away");
  await closed(page);
}

// --- How it looks --------------------------------------------------------------------------------------------------------

const { requests } = await ask(`/admin/users/${CUSTOMER}/requests`, undefined, "GET");
const { payments } = await ask(`/admin/payments?user=${CUSTOMER}`, undefined, "GET");
const explained = async (page) => {
  await page.waitForFunction(() => document.querySelector("form.explain select option"));
  await page.select("form.explain select", "model/kling-3.0");
  await page.click("form.explain button");
  await page.waitForSelector(".verdict .mark");
};
const unfolded = async (page) => {
  await (await page.waitForSelector(".version summary")).click();
  await page.waitForSelector(".version[open] > :not(summary)");
};
const letters = async (page) => {
  await (await page.waitForSelector('[data-key="look dead"]')).click();
  await page.waitForSelector('[data-key^="ring "]:not([data-key="ring all"])');
};
const asJson = async (page) => {
  await (await page.waitForSelector('[data-key="as-json"]')).click();
  await page.waitForSelector("textarea.code");
};
await bury({ job: "700003-2222222222222222", hint: "callback" });
const meant = (page) => page.$$eval(".meanings", (all) => all.forEach((one) => { one.open = true; }));
await looks({ now: "v=now", meant: ["v=now", meant], letters: ["v=now", letters], find: "v=find", nobody: "v=find&q=999999999", customer: `v=find&q=${CUSTOMER}`, explained: [`v=find&q=${CUSTOMER}`, explained],
  job: `v=find&q=${requests[0].id}`, payment: `v=find&q=${encodeURIComponent(payments.find((one) => one.kind === "payment").id)}`,
  rules: "v=rules", row: "v=rules&kind=limits&key=videos", json: ["v=rules&kind=limits&key=videos", asJson], overrides: "v=rules&kind=overrides", history: "v=history", version: ["v=history", unfolded],
  charts: "v=charts", week: "v=charts&days=7", prices: "v=prices&kind=plans", model: "v=prices&kind=models&key=kling-3.0", words: "v=words" });
await ask("/admin/dead-letters/ring", { reason: "the walk is over" });

await browser.close();
