// The seven elements on a page that is not ours: nothing of the Mini App's is on it, neither styles nor colours. First in all
// their states, as axe and a camera see them; then live, by the stock provider that comes with the client, and behind the page's
// own OpenFeature.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";

import { API, CUSTOMER, LANGUAGES, PAGE, PICTURES, accessible, ask, browser, chat, closed, does, ok, opened as openedAs, row, shines, text, until } from "./driven.mjs";

/** What an open page may take to see a change. */
const SEEN_MS_MAX = 10_000;
const ELSEWHERE = "/elsewhere/";
const LISTS = "/api/user/features";
const FLAGS = "/ofrep/v1/evaluate/flags";

/** Who opens a page. */
let who = CUSTOMER;
/** The same as Telegram says it behind `#`. */
async function signedIn(language) {
  await fetch(`${PAGE}/client/${who}/language`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ language_code: language }) });
  const { headers } = await fetch(`${PAGE}/client/${who}/mini-app`, { redirect: "manual" });
  return `#${headers.get("location").split("#")[1]}`;
}

const html = (language, body, head = "") => `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>A shop</title>
  <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">
  <style>body { margin: 1rem auto; max-width: 44rem; padding: 0 1rem; font: 16px/1.4 sans-serif; color: CanvasText; background: Canvas; }</style>
  <script type="module" src="/app/client.js"></script>${head}</head>
  <body><main><h1>A shop</h1>${body}</main></body></html>`;

/** That page, at our own address and without our policy; `plays` are answers by path. */
async function opened(language, { body, head, plays = {} }) {
  const hash = await signedIn(language);
  const pages = { [ELSEWHERE]: ["text/html; charset=utf-8", () => html(language, body, head)], ...plays };
  return openedAs({ at: `${API}${ELSEWHERE}${hash}`, answered: (request, url) => {
    const [contentType, answer] = pages[url.pathname] ?? [];
    if (!contentType) return false;
    const said = answer(request);
    if (said) request.respond(typeof said === "object" ? { contentType, ...said } : { contentType, body: said });
    return true;
  } });
}

async function looks(page, scene, language) {
  for (const dark of [false, true]) {
    await shines(page, dark);
    for (const [width, height] of [[360, 780], [1280, 900]]) {
      await page.setViewport({ width, height });
      await accessible(page, `${scene} at ${width} px`);
      const modal = await page.$("dialog[open]");
      await page.screenshot({ path: `${PICTURES}elements-${scene}-${language}-${dark ? "dark" : "light"}-${width}.png`, fullPage: !modal });
    }
  }
}

// --- Every state ---------------------------------------------------------------------------------------------------------

const WORDS = {
  ru: { hd: "Видео в HD", why: "Чётче на большом экране", chat: "Чат", music: "Песни", out: "Голоса дикторов", pro: "Про", free: "Бесплатный", addon: "Музыкальный набор", press: "Чётче", section: "Здесь то, что открыто", fallback: "Вместо этого — обычное видео",
    heading: "Хотите чётче?", more: "Видео в Full HD; Без очереди; Достопримечательнейшая водогрязеторфопарафинолечебница", left: /осталось 2 из 5/i, none: /Сейчас не предлагается/ },
  en: { hd: "HD video", why: "Sharper on a large screen", chat: "Chat", music: "Songs", out: "Narrators' voices", pro: "Pro", free: "Free", addon: "Music pack", press: "Sharper", section: "Here is what is open", fallback: "An ordinary video instead",
    heading: "Sharper?", more: "Full HD; No queue; Counterrevolutionaries' electroencephalographically-incomprehensible spectacles", left: /2 left of 5/i, none: /Not on offer now/ },
};

const body = (w) => `
  <p>${w.chat}: <tier-badge></tier-badge></p>
  <p><feature-button feature="hd">${w.press}</feature-button> <feature-button feature="chat">${w.chat}</feature-button>
     <feature-button feature="full"><button>${w.music}</button></feature-button></p>
  <feature-section feature="hd"><p class="inside">${w.section}</p></feature-section>
  <feature-section feature="hd"><p class="inside">${w.section}</p><p slot="fallback">${w.fallback}</p></feature-section>
  <usage-indicator feature="chat"></usage-indicator><usage-indicator feature="full"></usage-indicator><usage-indicator feature="fresh"></usage-indicator>
  <model-selector name="model" kind="video"></model-selector><model-selector kind="speech"></model-selector>
  <upgrade-prompt-card feature="hd" heading="${w.heading}" benefits="${w.more}" href="#plans"></upgrade-prompt-card>
  <upgrade-prompt-card feature="music"></upgrade-prompt-card><upgrade-prompt-card feature="out"></upgrade-prompt-card>
  <upgrade-prompt-card feature="full"></upgrade-prompt-card>
  <premium-banner href="#plans"></premium-banner>`;

const used = (limit, current, hours) => ({ limit_id: "l", source: "default", measure: "requests", window: "day", limit, current, remaining: limit - current, ...(hours ? { reset_at: new Date(Date.now() + hours * 3_600_000 - 30_000).toISOString() } : {}) });

/** What the API answers: to whoever has nothing, and to whoever has everything. */
function lists(w, all) {
  const feature = (name, enabled, more = {}) => ({ name, description: "", is_premium: true, enabled, reason: enabled ? "granted" : "tier_too_low", source: "default", ...more });
  const locked = (by) => (all ? {} : { unlocked_by: by });
  return {
    features: {
      hd: feature(w.hd, all, { description: w.why, ...locked({ tier: "pro", addons: ["music"] }) }),
      music: feature(w.music, all, locked({ addons: ["music"] })),
      out: feature(w.out, all),
      chat: feature(w.chat, true, { is_premium: false, usage: [used(5, 3, 26)] }),
      full: feature(w.music, all, { is_premium: false, reason: all ? "granted" : "limit_reached", usage: [used(12_000, all ? 11_999 : 12_000, 3)] }),
      fresh: feature(w.chat, true, { is_premium: false, usage: [used(1, 0)] }),
    },
    tier: all ? "pro" : null, ...(all ? { tier_name: w.pro } : {}), tier_names: { pro: w.pro }, addon_names: { music: w.addon },
    models: all ? [["kling-3.0", "Kling 3.0", [5, 12]], ["veo-3.1", "Veo 3.1 Fast", [40]], ["gift", "Gift", []]].map(([model_id, model_name, prices]) => ({ provider: "kie", model_id, model_name, model_type: "video", prices: prices.map((credits) => ({ seconds: 5, credits })) })) : [],
    components: [],
  };
}

const json = (answer) => ["application/json", answer];
const none = { [FLAGS]: json(() => JSON.stringify({ flags: [] })) };

for (const language of LANGUAGES) {
  const w = WORDS[language];
  const held = [];
  let page = await opened(language, { body: body(w), plays: { ...none, [LISTS]: json((request) => { held.push(request); }) } });
  await page.waitForFunction(() => document.querySelector("model-selector option"));
  await looks(page, "loading", language);
  assert.ok(held.length > 0);
  const all = { now: false };
  held[0].respond({ contentType: "application/json", body: JSON.stringify(lists(w, false)) });
  await page.waitForFunction(() => FeatureGate.isKnown);
  await looks(page, "locked", language);
  assert.match(await text(page, 'usage-indicator[feature="chat"]'), w.left);
  assert.match(await text(page, 'upgrade-prompt-card[feature="out"]'), w.none);
  for (const [path, count] of [["feature-button[locked]", 2], ["progress[data-full]", 1], [".inside", 2]]) assert.equal((await page.$$(path)).length, count, path);
  // A finger finds whatever is pressed, also on a page without styles of its own.
  const small = await page.$$eval("feature-button button, select, upgrade-prompt-card a, premium-banner a", (found) => found.filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44).map((one) => `${one.outerHTML} ${one.getBoundingClientRect().height}`));
  assert.deepEqual(small, []);
  await page.evaluate(() => document.querySelector("feature-button button").click());
  await page.waitForSelector("dialog[open]");
  await looks(page, "dialog", language);
  await page.keyboard.press("Escape");
  all.now = true;
  const asked = page.evaluate(() => FeatureGate.refresh());
  for (const end = Date.now() + SEEN_MS_MAX; held.length < 2;) {
    assert.ok(Date.now() < end, "nothing is asked");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  held[1].respond({ contentType: "application/json", body: JSON.stringify(lists(w, true)) });
  assert.equal(await asked, true, "what may be done is another");
  await looks(page, "open", language);
  assert.deepEqual(await page.$$eval(".inside", (both) => both.map((one) => one.checkVisibility())), [true, true]);
  assert.equal((await page.$$("model-selector option")).length, 4, "three to choose, and none to speak");
  await closed(page);

  page = await opened(language, { body: body(w), plays: { ...none, [LISTS]: json(() => ({ status: 500, body: "{}" })) } });
  await page.waitForFunction(() => FeatureGate.problem);
  await looks(page, "failed", language);
  page.faults = [];
  await closed(page);
  ok(`${language}: the seven elements, loading, locked, used up, open and without an answer, on a page of somebody else's; axe finds nothing serious`);
}

// --- By the stock provider that comes with the client ----------------------------------------------------------------------

const LIVE = `<feature-button feature="hd" id="press">Sharper</feature-button><feature-section feature="new_look"><p id="look">A new look</p></feature-section>
  <feature-section feature="hd"><p id="inside">inside</p></feature-section><tier-badge></tier-badge><usage-indicator feature="chat"></usage-indicator>
  <model-selector kind="video"></model-selector><upgrade-prompt-card feature="hd"></upgrade-prompt-card><premium-banner></premium-banner>`;
const hd = (more) => row("features/hd", { name: "HD video", is_premium: true, ...more });
const look = (on) => row("flags/new_look", { state: "ENABLED", variants: { on: true, off: false }, defaultVariant: on ? "on" : "off" });
const visible = (id) => document.getElementById(id).checkVisibility();

/** What an operator does is seen by the open page. */
async function seen(page, change, id, expected) {
  const began = Date.now();
  await change();
  await page.waitForFunction((id, expected) => document.getElementById(id).checkVisibility() === expected, {}, id, expected);
  const took = Date.now() - began;
  assert.ok(took < SEEN_MS_MAX, `${id}: ${took} ms`);
  return took;
}

/** The same for both: a flag is flipped, a feature opened and closed, and all seven elements follow. */
async function follows(page) {
  // The rules have only just been written, and what answers may still go by those before.
  await page.waitForFunction(() => !["look", "inside"].some((id) => document.getElementById(id).checkVisibility()), { timeout: SEEN_MS_MAX });
  assert.match(await text(page, "upgrade-prompt-card:not(feature-section *)"), /HD video is locked/);
  assert.match(await text(page, "usage-indicator"), /left of 5/);
  assert.ok((await page.$$("model-selector option")).length > 1);
  assert.equal(await text(page, "tier-badge"), "Free");
  assert.match(await text(page, "premium-banner"), /HD video/);
  const flipped = await seen(page, () => look(true), "look", true);
  const opened = await seen(page, () => hd({ default: true }), "inside", true);
  const state = () => page.evaluate(() => ["feature-button[locked]", "upgrade-prompt-card:not([hidden], feature-section *)", "premium-banner:not([hidden])"].map((path) => document.querySelectorAll(path).length));
  assert.deepEqual(await state(), [0, 0, 0]);
  await seen(page, () => hd({}), "inside", false);
  assert.deepEqual(await state(), [1, 1, 1]);
  await seen(page, () => look(false), "look", false);
  return `a flag after ${flipped} ms, a feature after ${opened} ms`;
}

// Somebody to whom no other walk has sold or given anything.
who = (await (await ask(`${PAGE}/client/users`, { first_name: "Nina", language_code: "en" })).json()).id;
await does(who, "say", { text: "/start" });
await until(async () => (await chat(who)).messages.some((message) => !message.mine), "nobody is welcomed");
await Promise.all([hd({}), look(false), row("tiers/pro", { name: "Pro", rank: 10, inherits: "free", features: { hd: true } })]);
{
  const page = await opened("en", { body: LIVE });
  await page.waitForFunction(() => FeatureGate.isKnown);
  await page.evaluate(() => { FeatureGate.live(); });
  await page.waitForFunction(() => FeatureGate.live().state === "live");
  const took = await follows(page);
  assert.ok(page.asked.some((url) => url.pathname.endsWith("/openfeature.js")), "by the stock provider");
  ok(`with the client's own provider the elements follow what an operator changes: ${took}`);
  await closed(page);
}

// --- Behind the page's own OpenFeature ---------------------------------------------------------------------------------------

{
  // The stock packages as any bundler packs them; `tests/ofrep` has them.
  const sdk = execFileSync(process.execPath, ["bundle.mjs", "--sdk"], { cwd: new URL("../ofrep/", import.meta.url), encoding: "utf8", maxBuffer: 1 << 22 });
  const script = `import { OpenFeature, OFREPWebProvider } from "./sdk.js";
    import { FeatureGate } from "/app/client.js";
    const initData = new URLSearchParams(location.hash.slice(1)).get("tgWebAppData");
    const headers = [["Authorization", "tma " + initData]];
    globalThis.theirs = OpenFeature.getClient();
    FeatureGate.on(globalThis.theirs);
    await OpenFeature.setProviderAndWait(new OFREPWebProvider({ baseUrl: location.origin, headers, cacheMode: "disabled" }));
    await FeatureGate.ready();
    document.body.dataset.ready = "";`;
  const page = await opened("en", { body: LIVE, head: '<script type="module" src="own.js"></script>',
    plays: { [`${ELSEWHERE}own.js`]: ["text/javascript", () => script], [`${ELSEWHERE}sdk.js`]: ["text/javascript", () => sdk] } });
  await page.waitForSelector("body[data-ready]");
  const took = await follows(page);
  assert.equal(await page.evaluate(() => globalThis.theirs.getBooleanValue("new_look", true)), false, "both say the same");
  await row("flags/greeting", { state: "ENABLED", variants: { short: "hi", long: "good day" }, defaultVariant: "long" });
  await page.waitForFunction(() => FeatureGate.getFlag("greeting", "none") === "good day" && globalThis.theirs.getStringValue("greeting", "none") === "good day");
  assert.deepEqual(page.asked.filter((url) => /(flags|openfeature)\.js$/.test(url.pathname)).map(String), [], "flags are asked for by the page's own provider alone");
  ok(`behind the page's own stock provider, and by what that hears, they follow as well: ${took}`);
  await closed(page);
}

await browser.close();
