// The operator's panel in a real browser, opened from the played Telegram: what every walk through it needs. Pictures are left in
// target/web/panel.

import assert from "node:assert/strict";

import { API, CUSTOMER, LANGUAGES, PAGE, PATIENCE_MS, accessible, ask as asks, blameless, browser, ok, overheard, pictures, shines, speaks, text, watched } from "./chromium.mjs";

export { API, API_KEY, CUSTOMER, PAGE, browser, chat, does, offered, ok, text, until } from "./chromium.mjs";
export const PICTURES = await pictures("panel/");
const PANEL = `${PAGE}/client/${CUSTOMER}/mini-app?app=panel`;

/** A page that fails the walk by a fault of its script, or by asking anybody but us and Telegram. */
export async function opened({ width = 1280, height = 900, dark = false, at = `${PANEL}&dark=${dark}` } = {}) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.bytes = 0;
  page.setDefaultTimeout(PATIENCE_MS);
  watched(page, { refusals: true });
  await page.setViewport({ width, height });
  await shines(page, dark);
  await overheard(page);
  const network = await page.createCDPSession();
  await network.send("Network.enable");
  network.on("Network.loadingFinished", (one) => { page.bytes += one.encodedDataLength; });
  await page.goto(at);
  return page;
}

export async function closed(page) {
  blameless(page);
  assert.deepEqual(page.asked.filter((url) => url.href.includes("nc_")).map(String), [], "no key in an address");
  await page.browserContext().close();
}

/** An answer of the API. */
export const ask = async (path, body, method) => (await asks(`${API}${path}`, body, method)).json();

export const has = (page, selector, words) => page.waitForFunction((at, wanted) => [...document.querySelectorAll(at)].some((node) => node.textContent.includes(wanted)), {}, selector, words);
export const named = (words, tag = "button") => `::-p-xpath(//${tag}[normalize-space()="${words}"])`;
export const press = async (page, words, within = "") => (await page.waitForSelector(within ? `::-p-xpath(${within}//button[normalize-space()="${words}"])` : named(words))).click();
export const fill = async (page, label, value, at = "dialog") => page.evaluate((within, wanted, typed) => {
  const found = [...document.querySelectorAll(`${within} label`)].find((node) => node.textContent.trim() === wanted);
  const control = document.getElementById(found.htmlFor);
  control.value = typed;
  control.dispatchEvent(new Event("input", { bubbles: true }));
}, at, label, value);
/** Goes to a view by its address, as a link would. */
export async function go(page, query) {
  await page.evaluate((to) => { history.pushState(null, "", `?${to}${location.hash}`); dispatchEvent(new PopStateEvent("popstate")); }, query);
  const asks = query !== "v=find";
  await page.waitForFunction((stamped) => (!stamped || document.querySelector(".fresh")?.textContent) && document.querySelector("#view .view")?.childElementCount > 0, {}, asks);
}
export const done = async (page) => {
  await page.waitForSelector("dialog .done .entry");
  const entry = await text(page, "dialog .done");
  await page.click("dialog .done button");
  await page.waitForFunction(() => !document.querySelector("dialog"));
  return entry;
};

/** Views by their names and addresses, or the address and what is done there first, in both languages and themes, on a phone and at a desk: nothing is too wide, and axe finds
 * nothing serious. */
export async function looks(views) {
  for (const language of LANGUAGES) {
    await speaks(language);
    for (const dark of [false, true]) {
      const page = await opened({ dark });
      await page.waitForSelector("nav a");
      assert.equal(await page.$eval("html", (root) => root.lang), language);
      for (const [name, query] of Object.entries(views)) {
        const [at, first] = [query].flat();
        await go(page, at);
        await first?.(page);
        for (const [width, height] of [[360, 780], [1280, 900]]) {
          await page.setViewport({ width, height });
          await accessible(page, `${name} at ${width} px`);
          await page.screenshot({ path: `${PICTURES}${name}-${language}-${dark ? "dark" : "light"}-${width}.png`, fullPage: true });
        }
      }
      await closed(page);
    }
    ok(`${Object.keys(views).join(", ")} in ${language}, in both themes, at 360 and 1280 px; axe finds nothing serious`);
  }
}
