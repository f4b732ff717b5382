// The Mini App's gallery and shop in a real browser: what was made plays in the page, and a plan is bought and is there.

import assert from "node:assert/strict";

import { API, CUSTOMER, INIT_DATA, LANGUAGES, PAGE, PATIENCE_MS, PICTURES, accessible, ask, browser, button, chat, closed, focused, ok, opened, press, ready, row, speaks, tab, text, until } from "./driven.mjs";

/** The state of the purchase on the page, once it is this. */
const becomes = (page, state) => page.waitForSelector(`.buy [data-state="${state}"]`, { timeout: PATIENCE_MS });

/** A page that another opened: the rail's. */
const next = (page) => new Promise((resolve) => browser.once("targetcreated", async (target) => resolve(await target.page())));

// What a walk before may have left open is locked, and the tier of the plans has it.
await row("features/hd", { name: { en: "HD video", ru: "Видео в HD" }, is_premium: true });
await row("tiers/pro", { name: "Pro", rank: 10, inherits: "free", features: { hd: true } });

// --- A page that is older than what is deployed ------------------------------------------------------------------------

{
  const page = await opened();
  await ready(page);
  page.gone = "/gallery.js";
  const anew = page.waitForNavigation();
  await page.click("#tab-gallery");
  await anew;
  await ready(page);
  await tab(page, "gallery", ".gallery");
  page.faults = [];
  // What stays away is said to be, and the page is not loaded again and again.
  page.gone = "/shop.js";
  await page.evaluate(() => {
    sessionStorage.setItem("anew", "1");
    globalThis.stays = true;
  });
  await page.click("#tab-shop");
  await page.waitForSelector("main > [role=alert]");
  assert.equal(await page.evaluate(() => globalThis.stays), true, "the page was loaded again");
  page.faults = [];
  await closed(page);
  ok("a page that a deployment has overtaken loads itself anew, once");
}

// --- Credits for Stars ------------------------------------------------------------------------------------------------

await speaks("en");
{
  // Telegram's script is not on this machine: its sheet for Stars is played here, and pays in the played Telegram.
  await ask(`${PAGE}/client/${CUSTOMER}/stars`, { stars: 5000 });
  const before = async (page) => {
    await page.exposeFunction("paySheet", (slug) => ask(`${PAGE}/client/${CUSTOMER}/pay`, { slug }).then(() => true));
    await page.evaluateOnNewDocument(() => {
      const nothing = () => {};
      globalThis.Telegram = { WebApp: { initData: "", themeParams: {}, ready: nothing, expand: nothing, onEvent: nothing, close: nothing,
        BackButton: { show: nothing, hide: nothing, onClick: nothing },
        openInvoice: (url, done) => globalThis.paySheet(url).then(() => done("paid")) } };
    });
  };
  const page = await opened({ before });
  await ready(page);
  const had = Number(await text(page, "#available"));
  await tab(page, "shop", ".shelf li");
  await page.click('[id="buy-pack:pro"]');
  await page.waitForSelector('dialog [data-rail="stars"]');
  await page.click('dialog [data-rail="stars"]');
  await becomes(page, "paid");
  await page.keyboard.press("Escape");
  await tab(page, "cabinet", "#available");
  await page.waitForFunction((sum) => Number(document.querySelector("#available").textContent) === sum, {}, had + 20);
  ok("a pack is paid in Stars in Telegram's own sheet, and the credits are there");
  await closed(page);
}

// --- Something to look at, and something to listen to ----------------------------------------------------------------

const made = async () => {
  const answer = await fetch(`${API}/me/gallery`, { headers: { Authorization: `tma ${INIT_DATA}` } });
  return (await answer.json()).items.length;
};

for (const [words, kind] of [["a hedgehog runs through the autumn woods", null], ["a lighthouse in the rain", "image"], ["a song of the sea", "music"]]) {
  const before = await made();
  await ask(`${PAGE}/client/${CUSTOMER}/say`, { text: words });
  const { data } = await button("go:");
  if (kind) {
    await press("ki:", (choice) => choice.endsWith(`:${kind}`));
    await button("go:", (now) => now !== data);
  }
  await press("go:");
  await until(async () => (await made()) > before, `${words}: nothing is made`, 2 * PATIENCE_MS);
}

{
  const page = await opened();
  await ready(page);
  await tab(page, "gallery", ".grid li:nth-child(3)");
  // By keyboard alone: the card, the player, Escape, and back to the card.
  const card = await page.evaluate(() => document.querySelector('.poster[data-makes="video"]').closest("button").id);
  await page.focus(`#${card}`);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("dialog video")?.readyState >= 2);
  await page.waitForFunction(() => document.querySelector("dialog video").currentTime > 0);
  const [source, seconds] = await page.$eval("dialog video", (video) => [video.src, video.duration]);
  assert.match(source, /^blob:/);
  assert.ok(seconds > 1, `${seconds} s`);
  await accessible(page);
  await page.screenshot({ path: `${PICTURES}player.png` });
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.querySelector("dialog"));
  assert.equal(await focused(page), card, "focus is where it was");
  assert.ok(await page.$(`#${card} .poster img`), "the card has a picture now");
  ok("a video of the gallery plays in the page, and by keyboard it is opened and closed again");

  await page.click('.poster[data-makes="image"]');
  await page.waitForFunction(() => document.querySelector("dialog img")?.naturalWidth > 1);
  await page.keyboard.press("Escape");
  await page.click('.poster[data-makes="music"]');
  await page.waitForFunction(() => document.querySelector("dialog audio")?.readyState >= 2);
  await page.screenshot({ path: `${PICTURES}player-audio.png` });
  await page.click("dialog .buttons button");
  await page.waitForFunction(() => /in the chat again/.test(document.querySelector("dialog [role=status]").textContent));
  await page.keyboard.press("Escape");
  ok("a picture is shown, a song is heard, and what was made is sent to the chat again");

  // What was made leads into the chat, to a draft like it.
  await page.click(`#${card}`);
  const link = await page.waitForSelector("dialog #player-another");
  const href = await link.evaluate((node) => node.href);
  assert.match(href, /\?start=again_[2-9a-z]+$/);
  await accessible(page, "the player with its links");
  const told = await page.evaluate(() => {
    const before = globalThis.Telegram;
    const told = [];
    globalThis.Telegram = { WebApp: { openTelegramLink: (url) => told.push(url), close: () => told.push("closed") } };
    const link = document.getElementById("player-another");
    link.href = "https://t.me/the_bot?start=again_2222";
    link.click();
    globalThis.Telegram = before;
    return told;
  });
  assert.deepEqual(told, ["https://t.me/the_bot?start=again_2222", "closed"], "inside Telegram the link is Telegram's");
  await page.keyboard.press("Escape");
  const drafts = async () => (await chat(CUSTOMER)).messages.filter((one) => one.buttons.flat().some((key) => key.data?.startsWith("go:"))).length;
  const before = await drafts();
  const bot = await browser.newPage();
  await bot.goto(`${href}#${CUSTOMER}`);
  await (await bot.waitForSelector("#start:not([hidden])", { visible: true })).click();
  await until(async () => (await drafts()) > before, "no draft like the old order");
  await bot.close();
  ok("what was made is ordered again by a link into the chat, where a draft like it is opened");

  const asked = page.asked.filter((url) => url.pathname.endsWith("/file"));
  assert.deepEqual(asked.map((url) => url.search), ["", "", ""], "nothing of a customer stands in an address");
  await closed(page);
}

// --- How it looks ----------------------------------------------------------------------------------------------------

for (const code of LANGUAGES) {
  await speaks(code);
  for (const dark of [false, true]) {
    const page = await opened({ dark });
    await ready(page);
    const looks = async (scene, whole) => {
      for (const [width, height] of [[360, 780], [1280, 900]]) {
        await page.setViewport({ width, height });
        await accessible(page, `${scene} at ${width} px`);
        await page.screenshot({ path: `${PICTURES}${scene}-${code}-${dark ? "dark" : "light"}-${width}.png`, fullPage: whole });
      }
    };
    await tab(page, "gallery", ".grid li");
    assert.equal(await text(page, "h2#gallery-title"), { ru: "Галерея", en: "Gallery" }[code]);
    await looks("gallery", true);
    // All cards are as wide as the room that there is for each, whatever is written on them.
    const widths = await page.$$eval(".poster", (all) => new Set(all.map((one) => Math.round(one.getBoundingClientRect().width))).size);
    assert.equal(widths, 1, "cards of different widths");
    await tab(page, "shop", ".shelf li");
    assert.equal(await text(page, "#plans-title"), { ru: "Подписки", en: "Plans" }[code]);
    assert.match(await text(page, ".shelf"), { ru: /Безлимит на день.*Откроется: Видео в HD/, en: /Unlimited for a day.*Opens: HD video/ }[code]);
    await looks("shop", true);
    await page.click('[id="buy-plan:unlimited_30days"]');
    await page.waitForSelector("dialog.buy .way");
    await looks("buy", false);
    await page.keyboard.press("Escape");
    assert.equal(await focused(page), "buy-plan:unlimited_30days");
    await closed(page);
  }
}
ok("gallery, shop and purchase in both languages and themes at 360 and 1280 px; axe finds nothing serious");

// --- A plan is bought ------------------------------------------------------------------------------------------------

await speaks("en");
{
  const page = await opened({ height: 900 });
  await ready(page);
  // What comes after the first answer is drawn by then.
  await page.waitForSelector(".orders li");
  assert.match(await text(page, "#opens-hd"), /Opens with the plan “Unlimited for a day”/);
  await page.click("#opens-hd");
  await page.waitForSelector('dialog [data-rail="yookassa"]');
  assert.equal(await text(page, "dialog h2"), "Unlimited for a day");
  assert.ok(await page.$("dialog details.terms"), "the terms stand there before anything is paid");
  // Both presses of a double tap are one purchase.
  await page.click('dialog [data-rail="yookassa"]', { count: 2 });
  await becomes(page, "waiting");
  assert.equal(page.asked.filter((url) => url.pathname === "/me/purchases").length, 1);
  await page.click(".buy .look");
  await page.waitForFunction(() => /No money has come yet/.test(document.querySelector(".buy .said").textContent));
  await page.screenshot({ path: `${PICTURES}purchase-waiting.png` });
  const opens = next(page);
  await page.click(".buy .pay");
  const rail = await opens;
  await rail.waitForSelector("button.first");
  await rail.click("button.first");
  await rail.waitForSelector("h2.good");
  await rail.close();
  await page.bringToFront();
  await becomes(page, "paid");
  await page.screenshot({ path: `${PICTURES}purchase-paid.png` });
  await page.click(".buy > button");
  await page.waitForFunction(() => /Unlimited for a day/.test(document.querySelector(".shop .quiet")?.textContent ?? ""));
  await tab(page, "cabinet", "#available");
  await page.waitForFunction(() => /Unlimited for a day/.test(document.querySelector(".facts")?.textContent ?? ""));
  assert.equal(await text(page, '[data-feature="hd"] .state'), "open");
  await page.screenshot({ path: `${PICTURES}bought.png`, fullPage: true });
  ok("a locked feature leads to its plan, which is bought on YooKassa's page, once for a double tap; the cabinet shows it, and the feature open");
  await closed(page);
}

{
  const page = await opened();
  await ready(page);
  await tab(page, "shop", ".shelf li");
  await page.setOfflineMode(true);
  await page.click('[id="buy-pack:pro"]');
  await page.waitForSelector('dialog [data-rail="yookassa"]');
  await page.click('dialog [data-rail="yookassa"]');
  await page.waitForFunction(() => /No connection/.test(document.querySelector(".buy .said").textContent));
  await page.setOfflineMode(false);
  await page.click('dialog [data-rail="yookassa"]');
  await becomes(page, "waiting");
  ok("without a connection nothing is bought, and the same press again goes on");
  await closed(page);
}

await browser.close();
