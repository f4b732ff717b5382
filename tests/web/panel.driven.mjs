// A real browser before the operator's panel, opened from the played Telegram: what every walk through it needs. `CHROMIUM` names
// another browser than Debian's; pictures of what it looked like are left in target/web/panel.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import axe from "axe-core";
import puppeteer from "puppeteer-core";

export const { PAGE, API, API_KEY, CUSTOMER, CHROMIUM = "/usr/bin/chromium" } = process.env;
assert.ok(PAGE && API && API_KEY && CUSTOMER, "tests/ofrep/run.py starts this");

export const PICTURES = new URL("../../target/web/panel/", import.meta.url).pathname;
export const PATIENCE_MS = 20_000;
const PANEL = `${PAGE}/client/${CUSTOMER}/mini-app?app=panel`;

export const ok = (what) => console.log(`ok   ${what}`);
await mkdir(PICTURES, { recursive: true });
export const browser = await puppeteer.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });

/** A page that fails the walk by a fault of its script, or by asking anybody but us and Telegram. */
export async function opened({ width = 1280, height = 900, dark = false, at = `${PANEL}&dark=${dark}` } = {}) {
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

export async function closed(page) {
  assert.deepEqual(page.faults, []);
  const known = [new URL(API).origin, new URL(PAGE).origin, "https://telegram.org", "null"];
  assert.deepEqual(page.asked.filter((url) => !known.includes(url.origin)).map(String), []);
  assert.deepEqual(page.asked.filter((url) => url.href.includes("nc_")).map(String), [], "no key in an address");
  await page.context_.close();
}

export async function ask(path, body, method = "POST") {
  const headers = { "Content-Type": "application/json", "X-API-Key": API_KEY };
  const answer = await fetch(`${API}${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}

export const text = (page, selector) => page.$eval(selector, (node) => node.textContent);
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

/** What somebody does in the played Telegram. */
export const does = async (user, what, body) => {
  const answer = await fetch(`${PAGE}/client/${user}/${what}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${what}: ${answer.status}`);
  return answer.json();
};

/** What the played Telegram shows of somebody's chat. */
export async function chat(user) {
  const stream = await fetch(`${PAGE}/client/${user}/events`);
  let said = "";
  for await (const part of stream.body) {
    said += new TextDecoder().decode(part);
    if (said.includes("\n\n")) break;
  }
  return JSON.parse(said.slice(said.indexOf("{"), said.indexOf("\n\n")));
}

/** Looks again until there is something. */
export async function until(look, what, patience = PATIENCE_MS) {
  for (const end = Date.now() + patience; ;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < end, what);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The newest button in a chat whose data begins so, behind a message; waits for it. */
export const offered = (user, begins, behind = 0) => until(async () => {
  const all = (await chat(user)).messages.toReversed().flatMap((message) => message.buttons.flat().map((one) => ({ message_id: message.id, data: one.data })));
  return all.find((one) => one.message_id > behind && one.data?.startsWith(begins));
}, `no button ${begins}`);

/** Views by their names and addresses, in both languages and themes, on a phone and at a desk: nothing is too wide, and axe finds
 * nothing serious. */
export async function looks(views) {
  for (const language of ["ru", "en"]) {
    await does(CUSTOMER, "language", { language_code: language });
    for (const dark of [false, true]) {
      for (const width of [360, 1280]) {
        const page = await opened({ width, dark });
        await page.waitForSelector("nav a");
        assert.equal(await page.$eval("html", (root) => root.lang), language);
        await page.evaluate(axe.source);
        for (const [name, query] of Object.entries(views)) {
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
    ok(`${Object.keys(views).join(", ")} in ${language}, in both themes, at 360 and 1280 px; axe finds nothing serious`);
  }
}
