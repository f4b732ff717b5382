// The Mini App in a real browser, opened from the played Telegram with init data that is signed as Telegram signs it.

import assert from "node:assert/strict";

import { API, CUSTOMER, PAGE, PICTURES, accessible, ask, browser, button, closed, does, eventStreams, LANGUAGES, ok, opened, press, ready, row, speaks, text } from "./driven.mjs";

/** What the first load may take, compressed, without Telegram's own script. */
const FIRST_LOAD_BYTES_MAX = 100_000;
/** What an open page may take to see a change: the operator's promise to whoever looks at it. */
const SEEN_MS_MAX = 10_000;

// --- An order, so that there is something to see ---------------------------------------------------------------------

await ask(`${PAGE}/client/${CUSTOMER}/say`, { text: "a hedgehog runs through the autumn woods" });
await press("go:");
await row("features/hd", { name: { en: "HD video", ru: "Видео в HD" }, is_premium: true, description: { en: "Sharper", ru: "Чётче" } });

// --- What everybody sees first ---------------------------------------------------------------------------------------

{
  const page = await browser.newPage();
  const network = await page.createCDPSession();
  await network.send("Network.enable");
  await page.setRequestInterception(true);
  const calls = [];
  const held = {};
  held.promise = new Promise((resolve) => { held.resolve = resolve; });
  page.on("request", (request) => {
    const path = new URL(request.url()).pathname;
    if (request.resourceType() === "fetch") calls.push(path);
    if (request.url().startsWith("https://telegram.org")) request.abort();
    // Nothing but the first answer is there until the page can be used.
    else if (request.resourceType() === "fetch" && calls.length > 1) held.promise.then(() => request.continue());
    else request.continue();
  });
  let bytes = 0;
  network.on("Network.loadingFinished", (one) => { bytes += one.encodedDataLength; });
  await page.goto(`${PAGE}/client/${CUSTOMER}/mini-app`);
  await ready(page);
  await page.waitForSelector('[data-feature="hd"] .state');
  held.resolve();
  await page.waitForSelector(".orders li");
  assert.ok(bytes > 5_000 && bytes < FIRST_LOAD_BYTES_MAX, `${bytes} bytes`);
  // What keeps up with changes comes after.
  assert.deepEqual(calls.slice(0, 2), ["/me", "/me/orders"]);
  ok(`the first load takes ${bytes} bytes without Telegram's script; the answer of /me alone makes it usable`);
  await page.close();
}

const SAID = {
  ru: { title: "Кабинет", limits: "Лимиты", features: "Возможности", locked: "закрыто" },
  en: { title: "Cabinet", limits: "Limits", features: "Features", locked: "locked" },
};

for (const language of LANGUAGES) {
  await speaks(language);
  for (const dark of [false, true]) {
    const page = await opened({ dark });
    await ready(page);
    await page.waitForSelector(".orders li");
    const said = SAID[language];
    assert.equal(await text(page, "h1"), said.title);
    assert.equal(await page.$eval("html", (root) => root.lang), language);
    assert.equal(await text(page, ".limits h2"), said.limits);
    assert.ok((await page.$$(".limits li progress")).length > 0);
    assert.equal(await text(page, '[data-feature="hd"] .state'), said.locked);
    assert.match(await text(page, "#available"), /^\d+$/);
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(ground, dark ? "rgb(35, 46, 60)" : "rgb(241, 241, 241)", "Telegram's own colour");
    for (const [width, height] of [[360, 780], [1280, 900]]) {
      await page.setViewport({ width, height });
      await accessible(page);
      await page.screenshot({ path: `${PICTURES}${language}-${dark ? "dark" : "light"}-${width}.png`, fullPage: true });
    }
    await closed(page);
  }
  ok(`balance, limits, features and orders in ${language}, in both themes, at 360 and 1280 px; axe finds nothing serious`);
}

// --- What changes while it is open -----------------------------------------------------------------------------------

{
  const page = await opened();
  await ready(page);
  const state = () => text(page, '[data-feature="hd"] .state');
  assert.equal(await state(), "locked");
  await page.evaluate(() => {
    globalThis.updated = 0;
    document.addEventListener("subscription-updated", () => { globalThis.updated += 1; });
  });
  await row("features/hd", { name: "HD video", default: true });
  await page.click("header button");
  await page.waitForFunction(() => document.querySelector('[data-feature="hd"] .state').textContent === "open");
  assert.equal(await page.evaluate(() => globalThis.updated), 1);
  ok("a feature that the operator opens is open after Refresh, and the page is told");

  const flag = (variant) => row("flags/greeting", { state: "ENABLED", variants: { short: "hi", long: "good day" }, defaultVariant: variant });
  const greeting = () => page.evaluate(async () => {
    FeatureGate.configure({ flags: true });
    await FeatureGate.refresh();
    return FeatureGate.getFlag("greeting", "none");
  });
  await flag("short");
  assert.equal(await greeting(), "hi");
  await flag("long");
  assert.equal(await greeting(), "good day");
  ok("a flag that the operator flips is seen by the open page after refresh");

  await page.setOfflineMode(true);
  await page.click("header button");
  await page.waitForSelector(".notice:not([hidden])");
  assert.match(await text(page, ".notice"), /No connection.*safe.*Shown as of/);
  assert.ok(await page.$("#available"), "what was known stands");
  await page.screenshot({ path: `${PICTURES}offline.png` });
  await page.setOfflineMode(false);
  await page.click("header button");
  await page.waitForSelector(".notice[hidden]");
  ok("without a connection the page says so and keeps what it knew");
  await closed(page);
}

// --- What is seen without a hand being moved ----------------------------------------------------------------------------

{
  await row("features/hd", { name: "HD video", is_premium: true, description: "Sharper" });
  const flag = (variant) => row("flags/greeting", { state: "ENABLED", variants: { short: "hi", long: "good day" }, defaultVariant: variant });
  await flag("short");
  const page = await opened();
  await ready(page);
  await page.waitForSelector(".orders li");
  await page.waitForFunction(() => FeatureGate.live().state === "live");
  assert.equal(await text(page, "#pulse"), "up to date");
  await page.evaluate(() => {
    globalThis.loadedAt = performance.timeOrigin;
    globalThis.updated = 0;
    document.addEventListener("subscription-updated", () => { globalThis.updated += 1; });
    FeatureGate.configure({ flags: true });
    return FeatureGate.refresh();
  });
  assert.equal(await page.evaluate(() => FeatureGate.getFlag("greeting", "none")), "hi");
  const seen = async (what, change, ...condition) => {
    const began = Date.now();
    await change();
    await page.waitForFunction(...condition);
    const took = Date.now() - began;
    assert.ok(took < SEEN_MS_MAX, `${what}: ${took} ms`);
    return took;
  };
  const flipped = await seen("a flag", () => flag("long"), () => FeatureGate.getFlag("greeting", "none") === "good day");
  const unlocked = await seen("a feature", () => row("features/hd", { name: "HD video", default: true }),
    () => document.querySelector('[data-feature="hd"] .state').textContent === "open");
  assert.equal(await page.evaluate(() => globalThis.updated), 1);
  ok(`a flag that the operator flips is seen by the open page after ${flipped} ms, a feature that opens after ${unlocked} ms, without a reload`);

  const lines = (state) => [(state) => [...document.querySelectorAll(".orders li")][0].querySelector(".state").dataset.state === state, {}, state];
  const shown = (await page.$$(".orders li")).length;
  await ask(`${PAGE}/client/${CUSTOMER}/say`, { text: "an owl over the same woods" });
  const ordered = await seen("an order", () => press("go:"), (shown) => document.querySelectorAll(".orders li").length > shown, {}, shown);
  assert.match(await text(page, ".orders li"), /an owl over the same woods/);
  await page.waitForFunction(...lines("completed"));
  assert.equal(await page.evaluate(() => performance.timeOrigin === globalThis.loadedAt), true);
  await page.screenshot({ path: `${PICTURES}live.png`, fullPage: true });
  ok(`an order shows on the open page after ${ordered} ms, and its end by itself`);

  // The language is chosen in the chat, and goes back to Telegram's own there.
  await does(CUSTOMER, "say", { text: "/language" });
  const choices = await button("la:ru");
  await seen("another language", () => does(CUSTOMER, "press", choices), () => document.querySelector("h1").textContent === "Кабинет");
  assert.equal(await page.$eval("html", (root) => root.lang), "ru");
  const back = await seen("the language before", () => does(CUSTOMER, "press", { ...choices, data: "la:" }), () => document.querySelector("h1").textContent === "Cabinet");
  ok(`another language that is chosen in the chat is the open page's, too; the one before it after ${back} ms`);

  // Two more pages of the same customer take its place. They are none here: of two pages in a browser one is out of sight.
  const elsewhere = new AbortController();
  for (const _ of [1, 2]) assert.equal((await fetch(eventStreams[0].url, { signal: elsewhere.signal })).status, 200);
  await page.waitForFunction(() => FeatureGate.live().state === "asking");
  await seen("without a stream", () => flag("short"), () => FeatureGate.getFlag("greeting", "none") === "hi");
  ok("a page whose place another one has taken sees it, too");
  elsewhere.abort();
  await closed(page);
}

// --- The elements ----------------------------------------------------------------------------------------------------

{
  await row("features/hd", { name: "HD video", is_premium: true, description: "Sharper" });
  await row("tiers/pro", { name: "Pro", rank: 10, inherits: "free", features: { hd: true } });
  const page = await opened();
  await ready(page);
  await page.evaluate(() => {
    globalThis.presses = 0;
    const box = document.createElement("section");
    box.innerHTML = `<p>Your tier: <tier-badge></tier-badge></p>
      <p><feature-button feature="hd" id="closed">Sharper</feature-button> <feature-button feature="chat" id="free">Chat</feature-button></p>
      <feature-section feature="hd"><b id="inside">inside</b></feature-section><usage-indicator feature="chat"></usage-indicator>
      <model-selector kind="video"></model-selector><premium-banner></premium-banner>`;
    document.querySelector("main").prepend(box);
    for (const button of box.querySelectorAll("feature-button")) button.addEventListener("click", () => { globalThis.presses += 1; });
  });
  const seen = (selector) => page.$eval(selector, (node) => node.checkVisibility());
  assert.equal(await text(page, "main > section tier-badge"), "Free");
  assert.equal(await seen("#inside"), false);
  assert.match(await text(page, "feature-section upgrade-prompt-card"), /HD video is locked.*Opens with the tier Pro/);
  assert.match(await text(page, "usage-indicator"), /^5 left of 5, renews in /);
  assert.match(await text(page, "premium-banner"), /HD video/);
  assert.ok((await page.$$("model-selector option")).length > 1);
  await page.screenshot({ path: `${PICTURES}elements.png`, fullPage: true });
  await page.focus("#closed button");
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog[open]");
  assert.match(await text(page, "dialog"), /Opens with the tier Pro/);
  await page.screenshot({ path: `${PICTURES}upgrade.png` });
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.querySelector("dialog"));
  await page.focus("#free button");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => globalThis.presses), 1, "only what is open reaches the page");
  await row("features/hd", { name: "HD video", default: true });
  await page.evaluate(() => FeatureGate.refresh());
  assert.deepEqual([await seen("#inside"), await seen("feature-section upgrade-prompt-card"), await seen("premium-banner")], [true, false, false]);
  ok("the elements follow what the customer may do, by mouse and keyboard");
  await closed(page);
}

// --- Who is not signed in ----------------------------------------------------------------------------------------------

{
  const page = await opened({ at: `${API}/app/` });
  const link = await page.waitForSelector("a.button");
  assert.match(await link.evaluate((node) => node.href), /^https?:/);
  await page.screenshot({ path: `${PICTURES}outside.png` });
  await closed(page);
  const forged = await opened({ at: `${API}/app/#tgWebAppData=${encodeURIComponent("user=%7B%22id%22%3A1%7D&auth_date=1&hash=00")}` });
  await forged.waitForSelector(".notice:not([hidden])");
  assert.match(await text(forged, ".notice"), /sign-in has run out|Вход устарел/);
  assert.equal(await forged.$("#available"), null);
  forged.faults = [];
  await closed(forged);
  ok("outside Telegram the page leads to the bot, and init data that nobody signed shows nothing");
}

await browser.close();
