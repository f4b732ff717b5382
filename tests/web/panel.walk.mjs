// The operator's panel in a real browser: opened from the played Telegram by an owner, and at a desk with a key.
//
// Pictures of what it looked like are left in target/web/panel. `CHROMIUM` names another browser than Debian's.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import axe from "axe-core";
import puppeteer from "puppeteer-core";

const { PAGE, API, API_KEY, CUSTOMER, CHROMIUM = "/usr/bin/chromium" } = process.env;
assert.ok(PAGE && API && API_KEY && CUSTOMER, "tests/ofrep/run.py starts this");

const PICTURES = new URL("../../target/web/panel/", import.meta.url).pathname;
const PATIENCE_MS = 20_000;
const FIRST_LOAD_BYTES_MAX = 100_000;
const PANEL = `${PAGE}/client/${CUSTOMER}/mini-app?app=panel`;

const ok = (what) => console.log(`ok   ${what}`);
await mkdir(PICTURES, { recursive: true });
const browser = await puppeteer.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });

/** A page that fails the walk by a fault of its script, or by asking anybody but us and Telegram. */
async function opened({ width = 1280, height = 900, dark = false, at = `${PANEL}&dark=${dark}` } = {}) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  Object.assign(page, { asked: [], faults: [], context_: context, bytes: 0 });
  page.setDefaultTimeout(PATIENCE_MS);
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }]);
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    const url = new URL(request.url());
    page.asked.push(url);
    if (url.origin === "https://telegram.org") request.abort();
    else request.continue();
  });
  page.on("pageerror", (fault) => page.faults.push(String(fault)));
  // What the server refuses is looked for on the page.
  page.on("console", (line) => line.type() === "error" && !/net::ERR_|status of 4\d\d/.test(line.text()) && page.faults.push(line.text()));
  const network = await page.createCDPSession();
  await network.send("Network.enable");
  network.on("Network.loadingFinished", (one) => { page.bytes += one.encodedDataLength; });
  await page.goto(at);
  return page;
}

async function closed(page) {
  assert.deepEqual(page.faults, []);
  const known = [new URL(API).origin, new URL(PAGE).origin, "https://telegram.org", "null"];
  assert.deepEqual(page.asked.filter((url) => !known.includes(url.origin)).map(String), []);
  assert.deepEqual(page.asked.filter((url) => url.href.includes("nc_")).map(String), [], "no key in an address");
  await page.context_.close();
}

async function ask(path, body, method = "POST") {
  const headers = { "Content-Type": "application/json", "X-API-Key": API_KEY };
  const answer = await fetch(`${API}${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}

const text = (page, selector) => page.$eval(selector, (node) => node.textContent);
const has = (page, selector, words) => page.waitForFunction((at, wanted) => [...document.querySelectorAll(at)].some((node) => node.textContent.includes(wanted)), {}, selector, words);
const named = (words, tag = "button") => `::-p-xpath(//${tag}[normalize-space()="${words}"])`;
const press = async (page, words, within = "") => (await page.waitForSelector(within ? `::-p-xpath(${within}//button[normalize-space()="${words}"])` : named(words))).click();
const fill = async (page, label, value, at = "dialog") => page.evaluate((within, wanted, typed) => {
  const found = [...document.querySelectorAll(`${within} label`)].find((node) => node.textContent.trim() === wanted);
  const control = document.getElementById(found.htmlFor);
  control.value = typed;
  control.dispatchEvent(new Event("input", { bubbles: true }));
}, at, label, value);
/** Goes to a view by its address, as a link would. */
async function go(page, query) {
  await page.evaluate((to) => { history.pushState(null, "", `?${to}${location.hash}`); dispatchEvent(new PopStateEvent("popstate")); }, query);
  const asks = query !== "v=find";
  await page.waitForFunction((stamped) => (!stamped || document.querySelector(".fresh")?.textContent) && document.querySelector("#view .view")?.childElementCount > 0, {}, asks);
}
const done = async (page) => {
  await page.waitForSelector("dialog .done .entry");
  const entry = await text(page, "dialog .done");
  await page.click("dialog .done button");
  await page.waitForFunction(() => !document.querySelector("dialog"));
  return entry;
};

let ordered = 0;

/** Lets the customer order something in the chat. */
async function order(words) {
  const say = (path, body) => fetch(`${PAGE}/client/${CUSTOMER}/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  await say("say", { text: words });
  for (const end = Date.now() + PATIENCE_MS; ;) {
    const stream = await fetch(`${PAGE}/client/${CUSTOMER}/events`);
    let said = "";
    for await (const part of stream.body) {
      said += new TextDecoder().decode(part);
      if (said.includes("\n\n")) break;
    }
    const chat = JSON.parse(said.slice(said.indexOf("{"), said.indexOf("\n\n")));
    const cards = chat.messages.toReversed().flatMap((message) => message.buttons.flat().map((one) => ({ id: message.id, ...one })));
    const card = cards.find((one) => one.id > ordered && one.data?.startsWith("go:"));
    if (card) {
      ordered = card.id;
      return say("press", { message_id: card.id, data: card.data });
    }
    assert.ok(Date.now() < end, "no card");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
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
  assert.equal(await explained(), "It would be refused: is not banned or paused");
  await page.screenshot({ path: `${PICTURES}refused.png`, fullPage: true });
  await press(page, "Unban");
  await page.waitForSelector("dialog[open]");
  await fill(page, "Why", "ticket-18 is settled");
  await press(page, "Unban", "//dialog");
  await done(page);
  await page.waitForFunction(() => ![...document.querySelectorAll(".mark")].some((node) => node.textContent.includes("no new orders until")));
  assert.match(await explained(), /^It would be taken: \d+ credits/);
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
  await has(page, ".verdict .mark", "It would be refused: orders are taken");
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
  assert.match(await text(page, "dialog .will"), /kie gets no new orders.*drains/);
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
  ok("a provider is paused and switched on again from the page of what is going on");
  await closed(page);
}

// --- How it looks --------------------------------------------------------------------------------------------------------

const VIEWS = { now: "v=now", customer: `v=find&q=${CUSTOMER}`, rules: "v=rules", row: "v=rules&kind=limits&key=videos", history: "v=history", charts: "v=charts", week: "v=charts&days=7", prices: "v=prices&kind=plans", words: "v=words" };

for (const language of ["ru", "en"]) {
  await fetch(`${PAGE}/client/${CUSTOMER}/language`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ language_code: language }) });
  for (const dark of [false, true]) {
    for (const width of [360, 1280]) {
      const page = await opened({ width, dark });
      await page.waitForSelector("nav a");
      assert.equal(await page.$eval("html", (root) => root.lang), language);
      await page.evaluate(axe.source);
      for (const [name, query] of Object.entries(VIEWS)) {
        await go(page, query);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${name}: ${wide} pixels too wide`);
        const found = await page.evaluate(() => globalThis.axe.run(document));
        const serious = found.violations.filter((one) => ["serious", "critical"].includes(one.impact));
        assert.deepEqual(serious.map((one) => [name, one.id, ...one.nodes.map((node) => `${node.html} ${node.failureSummary}`)]), []);
        await page.screenshot({ path: `${PICTURES}${name}-${language}-${dark ? "dark" : "light"}-${width}.png`, fullPage: true });
      }
      await closed(page);
    }
  }
  ok(`every view in ${language}, in both themes, at 360 and 1280 px; axe finds nothing serious`);
}

await browser.close();
