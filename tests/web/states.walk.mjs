// What the Mini App shows of an order in the queue, which is taken back there, and of what seldom happens: nobody known, nothing
// there, an answer that does not come, one that is a fault, and more orders and longer words than there is room for.

import assert from "node:assert/strict";

import { CUSTOMER, LANGUAGES, PAGE, PICTURES, accessible, ask, browser, chat, closed, does, eventStreams, focused, offered, ok, opened as openedAs, ready, shines, tab, text, until } from "./driven.mjs";

const SAYS = {
  ru: { waits: "рыжий кот спит #429x9", queued: "в очереди", cancel: "Отменить заказ", back: /Кредитов: 1\./, canceled: /Заказ отменён\. Вернулось кредитов: 1\. На счету: 2\./, chat: /Заказ отменён[^]*Возвращено: 1 кредит[^]*На счету: 2 кредита/,
    late: "Заказ уже выполняется — отменить нельзя. Если не получится, ничего не спишется: отложенное вернётся само.",
    long: "Достопримечательнейшая электрогидродинамическая водогрязеторфопарафинолечебница, человеконенавистнически переосвидетельствованная" },
  en: { waits: "a ginger cat sleeps #429x9", queued: "in the queue", cancel: "Cancel the order", back: /Credits: 1\./, canceled: /The order is canceled\. Credits that are back: 1\. You have 2\./, chat: /The order is canceled[^]*Given back: 1 credit[^]*You have 2 credits/,
    late: "The order is being made and cannot be canceled any more. If it fails, nothing is charged: what was set aside comes back by itself.",
    long: "Counterrevolutionaries' electroencephalographically-incomprehensible-hippopotomonstrosesquippedaliophobia, deinstitutionalized" },
};

const app = (user) => `${PAGE}/client/${user}/mini-app`;
const LIVE = new URL(eventStreams[0].url).origin;

/** A page that has no stream, as where the operator has no places for them: there are more pages here than places. */
const opened = ({ answered = () => false, ...how }) => openedAs({ ...how, answered: (request, url) => {
  if (url.origin !== LIVE) return answered(request, url);
  request.abort();
  return true;
} });

/** Telegram's colours, as it hands them to a page. */
async function colours(dark) {
  const { headers } = await fetch(`${app(CUSTOMER)}?dark=${dark}`, { redirect: "manual" });
  const [, hash] = headers.get("location").split("#");
  return JSON.parse(new URLSearchParams(hash).get("tgWebAppThemeParams"));
}
const THEMES = [await colours(false), await colours(true)];

/** Pictures of a page as it stands: on a phone and at a desk, in both themes. */
async function looks(page, scene, language) {
  const before = page.viewport();
  for (const dark of [false, true]) {
    await shines(page, dark);
    await page.evaluate(async (theme) => {
      const { paint } = await import(document.querySelector('link[href$="/launch.js"]').href);
      paint(theme);
    }, THEMES[Number(dark)]);
    for (const [width, height] of [[360, 780], [1280, 900]]) {
      await page.setViewport({ width, height });
      await accessible(page, `${scene} at ${width} px`);
      const modal = await page.$("dialog[open]");
      await page.screenshot({ path: `${PICTURES}${scene}-${language}-${dark ? "dark" : "light"}-${width}.png`, fullPage: !modal });
    }
  }
  await page.setViewport(before);
}

/** Nobody but whoever looks is asked: this is answered instead. */
const instead = (path, answer) => (request, url) => {
  if (url.pathname !== path) return false;
  answer(request);
  return true;
};
const json = (request, status, body, headers = {}) => request.respond({ status, headers, contentType: "application/json", body: JSON.stringify(body) });

/** An order of somebody that has to wait: its service takes none for a while. */
async function queued(user, words) {
  await does(user, "say", { text: words });
  const card = await offered(user, "ms:");
  await does(user, "press", card);
  await does(user, "press", await offered(user, "mo:", { fits: (data) => data.endsWith(":kling-2.6") }));
  await until(async () => (await chat(user)).messages.at(-1).text?.includes("Kling 2.6"), "the model is not chosen");
  await does(user, "press", await offered(user, "go:"));
  // A page that is opened before the order was taken would know of no credit that is set aside.
  const isTaken = ({ buttons }) => !buttons.flat().some(({ data }) => data?.startsWith("go:"));
  await until(async () => (await chat(user)).messages.filter(({ mine }) => !mine).every(isTaken), "the order is not taken");
}

// --- Nobody, nothing, and no answer --------------------------------------------------------------------------------------

const people = {};
for (const language of LANGUAGES) {
  const { id: user } = await (await ask(`${PAGE}/client/users`, { first_name: "Vera", language_code: language })).json();
  people[language] = user;
  let page = await opened({ at: app(user) });
  await page.waitForSelector(".notice:not([hidden])");
  await looks(page, "newcomer", language);
  await closed(page);

  await does(user, "say", { text: "/start" });
  await until(async () => (await chat(user)).messages.some((message) => !message.mine), "nobody is welcomed");
  page = await opened({ at: app(user) });
  await ready(page);
  await page.waitForFunction(() => document.querySelector(".orders p.quiet")?.textContent);
  await looks(page, "no-orders", language);
  await tab(page, "gallery", ".gallery p.quiet");
  await page.waitForSelector(".gallery[aria-busy=false]");
  await looks(page, "no-gallery", language);
  await closed(page);

  const held = [];
  page = await opened({ at: app(user), answered: instead("/me", (request) => held.push(request)) });
  await page.waitForSelector("main[aria-busy] .columns p");
  await looks(page, "loading", language);
  for (const request of held) request.continue();
  await ready(page);
  await closed(page);

  for (const [scene, status] of [["failed", 500], ["busy", 429]]) {
    const fault = (request) => json(request, status, { title: "no" }, { "Retry-After": "7" });
    page = await opened({ at: app(user), answered: instead("/me", fault) });
    await page.waitForSelector(".notice:not([hidden])");
    assert.equal(await page.$("#available"), null);
    await looks(page, scene, language);
    page.faults = [];
    await closed(page);
  }
  ok(`${language}: who is not known, has nothing, waits or meets a fault reads what that means and what to do`);
}

// --- More than there is room for -------------------------------------------------------------------------------------------

for (const language of LANGUAGES) {
  const words = Array(5).fill(SAYS[language].long).join(" ");
  const states = ["pending", "pending", "completed", "failed", "canceled"];
  const orders = Array.from({ length: 30 }, (_, at) => ({ id: `2222222222222${String(at).padStart(3, "2")}`.replaceAll(/[01]/g, "9"), kind: "video_gen",
    title: at % 3 ? "Kling 3.0" : SAYS[language].long, status: states[at % states.length], price: at % 4 ? 12_345 : 0, by_plan: at % 4 === 0, can_cancel: at % states.length === 0, created_at: new Date(Date.now() - at * 40_000_000).toISOString(), words }));
  const page = await opened({ at: app(people[language]), answered: instead("/me/orders", (request) => json(request, 200, { orders, next: "more" })) });
  await ready(page);
  await page.waitForSelector(".orders li:nth-child(30)");
  await looks(page, "many-orders", language);
  const small = await page.$$eval("main button, main a", (all) => all.map((one) => [one.textContent, one.getBoundingClientRect()])
    .filter(([, { width, height }]) => width < 44 || height < 44).map(([words, { width, height }]) => `${words} ${width}x${height}`));
  assert.deepEqual(small, [], "a finger needs 44 pixels");
  await closed(page);
}
ok("thirty orders with words that have no end fit, and everything to be pressed is large enough for a finger");

// --- An order is taken back --------------------------------------------------------------------------------------------------

for (const language of LANGUAGES) {
  const user = people[language];
  const says = SAYS[language];
  await queued(user, says.waits);
  const page = await opened({ at: app(user) });
  await ready(page);
  const opener = await page.waitForSelector(".orders li .row button");
  const id = await opener.evaluate((node) => node.id);
  assert.equal(await text(page, ".orders li .state"), says.queued);
  assert.equal(await text(page, "#available"), "1");
  await looks(page, "queued", language);

  // By keyboard: asked first, and kept by Escape.
  await page.focus(`#${id}`);
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog.asks[open]");
  assert.match(await text(page, "#cancel-money"), says.back);
  assert.ok(!(await page.$eval("dialog .danger", (node) => node === document.activeElement)), "Enter once more does no harm");
  await looks(page, "cancel", language);
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.querySelector("dialog"));
  assert.equal(await focused(page), id);
  assert.equal(page.asked.filter((url) => url.pathname.endsWith("/cancel")).length, 0, "nothing is asked for by looking");

  // Without a connection it is said, and the same press again goes on; a double press is one wish.
  await page.focus(`#${id}`);
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog.asks[open]");
  await page.setOfflineMode(true);
  await page.click("dialog .danger");
  await page.waitForFunction(() => document.querySelector("dialog .said").textContent.length > 20);
  await page.setOfflineMode(false);
  const asked = page.asked.length;
  await page.click("dialog .danger", { count: 2 });
  await page.waitForFunction((wanted) => new RegExp(wanted).test(document.querySelector("dialog .said").textContent), {}, says.canceled.source);
  assert.equal(page.asked.slice(asked).filter((url) => url.pathname.endsWith("/cancel")).length, 1);
  await looks(page, "taken-back", language);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => !document.querySelector("dialog"));
  await page.waitForFunction(() => document.querySelector("#available").textContent === "2" && document.querySelector(".orders li .state").dataset.state === "canceled");
  assert.equal(await focused(page), id.replace("cancel-", "order-"), "focus is at the order");
  assert.equal(await page.$(".orders li .row button"), null);
  assert.match((await chat(user)).messages.at(-1).text, says.chat, "the chat says so, too");
  await closed(page);

  // It is too late: what the API answers then is what is read, and the button is gone.
  await queued(user, says.waits);
  const late = await opened({ at: app(user), answered: (request, url) => {
    if (!url.pathname.endsWith("/cancel")) return false;
    json(request, 409, { type: "about:blank", title: "Conflict", status: 409, reason: "too_late", message: says.late });
    return true;
  } });
  await ready(late);
  // The list may be drawn anew at any time.
  await late.waitForFunction(() => {
    const found = document.querySelector(".orders li .row button");
    found?.click();
    return found !== null;
  });
  await (await late.waitForSelector("dialog .danger")).click();
  await late.waitForFunction((words) => document.querySelector("dialog .said").textContent === words, {}, says.late);
  assert.equal(await late.$("dialog .danger"), null);
  await looks(late, "too-late", language);
  late.faults = [];
  await closed(late);
  ok(`${language}: an order in the queue is taken back in the page, by keyboard, once; its credits are back, and the chat says so`);
}

// --- Paying to every end, and what fails on the way -----------------------------------------------------------------------

const BOUGHT = {
  ru: { waiting: /Деньги ещё не приходили/, underway: /Второй раз не платите/, held: /\/paysupport/, over: /закрыт/i, paid: /Оплачено/, silent: "Платёжный сервис не отвечает", offline: /Нет связи/ },
  en: { waiting: /No money has come yet/, underway: /Do not pay again/, held: /\/paysupport/, over: /closed/, paid: /Paid:/, silent: "The payment service does not answer", offline: /No connection/ },
};

for (const language of LANGUAGES) {
  const said = BOUGHT[language];
  let state = "waiting";
  const bought = (request) => {
    if (state === "silent") return json(request, 503, { title: "no" });
    const expires_at = new Date(Date.now() + 1_800_000).toISOString();
    return json(request, 200, { purchase_id: "2222222222222222", title: "Pro", goods: "20", price: "699 ₽", rail: "yookassa", renews: false, state, expires_at, ...(state === "waiting" ? { url: "https://pay.example.org/" } : {}) });
  };
  const page = await opened({ at: app(people[language]), answered: (request, url) => instead("/me/purchases", bought)(request, url) || instead("/me/purchases/2222222222222222", bought)(request, url)
    || instead("/me/gallery", (asked) => json(asked, 500, { title: "no" }))(request, url) });
  await ready(page);
  await tab(page, "shop", ".shelf li");
  for (state of ["silent", "waiting", "underway", "held", "over", "paid"]) {
    await page.click('[id="buy-pack:pro"]');
    await (await page.waitForSelector('dialog [data-rail="yookassa"]')).click();
    if (state === "silent") await page.waitForFunction((words) => document.querySelector(".buy .said").textContent.includes(words), {}, said.silent);
    else assert.match(await (await page.waitForSelector(`.buy [data-state="${state}"]`)).evaluate((node) => node.textContent), said[state]);
    await looks(page, `purchase-${state}`, language);
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => !document.querySelector("dialog"));
  }
  await tab(page, "gallery", ".gallery [role=alert]");
  await looks(page, "gallery-failed", language);
  await page.setOfflineMode(true);
  await page.click("header button");
  await page.waitForSelector(".notice:not([hidden])");
  assert.match(await text(page, ".notice"), said.offline);
  await looks(page, "offline", language);
  await page.setOfflineMode(false);
  page.faults = [];
  await closed(page);
  ok(`${language}: a payment that waits, is under way, does not fit, is over or done, and a rail, a gallery or a network that fails, say what that means for the money`);
}

await browser.close();
