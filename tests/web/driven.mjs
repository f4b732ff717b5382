// A real browser before the Mini App, opened from the played Telegram: what every walk needs. `CHROMIUM` names another browser
// than Debian's; pictures of what it looked like are left in target/web.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import axe from "axe-core";
import puppeteer from "puppeteer-core";

export const { PAGE, API, API_KEY, CUSTOMER, INIT_DATA, CHROMIUM = "/usr/bin/chromium" } = process.env;
assert.ok(PAGE && API && API_KEY && CUSTOMER && INIT_DATA, "tests/ofrep/run.py starts this");

export const PICTURES = new URL("../../target/web/", import.meta.url).pathname;
export const PATIENCE_MS = 20_000;

export const ok = (what) => console.log(`ok   ${what}`);
await mkdir(PICTURES, { recursive: true });
export const browser = await puppeteer.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });

/** Where open pages hear of changes: a function of its own, and so another origin here. */
export const { eventStreams } = await (await ask(`${API}/ofrep/v1/evaluate/flags`, { context: { targetingKey: CUSTOMER } })).json();
const LIVE = new URL(eventStreams[0].url).origin;

/** A page that fails the walk by a fault of its script, or by asking anybody but us and Telegram. */
export async function opened({ width = 360, height = 780, dark = false, at, before } = {}) {
  const page = await browser.newPage();
  page.asked = [];
  page.faults = [];
  page.setDefaultTimeout(PATIENCE_MS);
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }]);
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    const url = new URL(request.url());
    page.asked.push(url);
    // Telegram's script is not on this machine; the page has to do without.
    if (url.origin === "https://telegram.org") request.abort();
    // `page.gone` is a file that is not there the first time, as after a deployment.
    else if (page.gone && url.pathname.endsWith(page.gone)) {
      page.gone = null;
      request.respond({ status: 404 });
    } else request.continue();
  });
  page.on("pageerror", (fault) => page.faults.push(String(fault)));
  page.on("console", (line) => line.type() === "error" && !line.text().includes("net::ERR_") && page.faults.push(line.text()));
  await before?.(page);
  await page.goto(at ?? `${PAGE}/client/${CUSTOMER}/mini-app?dark=${dark}`);
  return page;
}

export async function closed(page) {
  assert.deepEqual(page.faults, []);
  const known = [new URL(API).origin, new URL(PAGE).origin, LIVE, "https://telegram.org", "null"];
  assert.deepEqual(page.asked.filter((url) => !known.includes(url.origin)).map(String), []);
  await page.close();
}

export async function ask(url, body, method = "POST") {
  const headers = { "Content-Type": "application/json", "X-API-Key": API_KEY };
  const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${url}: ${answer.status}`);
  return answer;
}

export const row = (path, row) => ask(`${API}/admin/settings/${path}`, { row, reason: "the walk" }, "PUT");
export const ready = (page) => page.waitForSelector("main:not([aria-busy]) #available");
export const text = (page, selector) => page.$eval(selector, (node) => node.textContent);

/** What the played Telegram shows of the customer's chat. */
export async function chat() {
  const stream = await fetch(`${PAGE}/client/${CUSTOMER}/events`);
  let said = "";
  for await (const part of stream.body) {
    said += new TextDecoder().decode(part);
    if (said.includes("\n\n")) break;
  }
  return JSON.parse(said.slice(said.indexOf("{"), said.indexOf("\n\n")));
}

/** The newest button in the chat whose data begins so; waits for it. */
export async function button(begins, fits = () => true) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const messages = (await chat()).messages.toReversed();
    const all = messages.flatMap((message) => message.buttons.flat().map((one) => ({ id: message.id, ...one })));
    const found = all.find((one) => one.data?.startsWith(begins) && fits(one.data));
    if (found) return found;
    assert.ok(Date.now() < end, `no button ${begins}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Waits for a button in the chat and presses it. */
export async function press(begins, fits) {
  const { id, data } = await button(begins, fits);
  return ask(`${PAGE}/client/${CUSTOMER}/press`, { message_id: id, data });
}

/** Nothing that axe calls serious stands on the page. */
export async function accessible(page) {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() => globalThis.axe.run(document));
  const serious = found.violations.filter((one) => ["serious", "critical"].includes(one.impact));
  assert.deepEqual(serious.map((one) => [one.id, ...one.nodes.map((node) => `${node.html} ${node.failureSummary}`)]), []);
}
