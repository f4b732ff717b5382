// A real browser, the API and the played Telegram: what every walk stands on. `CHROMIUM` names another browser than Debian's.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import axe from "axe-core";
import puppeteer from "puppeteer-core";

export const { PAGE, API, API_KEY, CUSTOMER, INIT_DATA, CHROMIUM = "/usr/bin/chromium" } = process.env;
assert.ok(PAGE && API && API_KEY && CUSTOMER && INIT_DATA, "tests/ofrep/run.py starts this");

export const PATIENCE_MS = 20_000;
export const LANGUAGES = process.env.LANGUAGES?.split(",") ?? ["ru", "en"];
const TELEGRAM = "https://telegram.org";

export const ok = (what) => console.log(`ok   ${what}`);
// A page that a walk plays itself has no address, and so counts as one of the internet that would look into this machine.
const PLAYED = "--disable-features=LocalNetworkAccessChecks";
export const browser = await puppeteer.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", PLAYED] });

/** Where pictures of what it looked like are left. */
export async function pictures(directory) {
  const path = new URL(`../../target/web/${directory}`, import.meta.url).pathname;
  await mkdir(path, { recursive: true });
  return path;
}

// --- Pages -----------------------------------------------------------------------------------------------------------

/** Notes the faults of a page's scripts; what the server refuses is a fault, too, unless it is looked for on the page. */
export function watched(page, { refusals = false } = {}) {
  page.faults = [];
  const passes = refusals ? /net::ERR_|status of 4\d\d/ : /net::ERR_/;
  page.on("pageerror", (fault) => page.faults.push(String(fault)));
  page.on("console", (line) => line.type() === "error" && !passes.test(line.text()) && page.faults.push(line.text()));
}

/** Notes whom a page asks. Telegram's script is not on this machine; the page has to do without. `answered(request, url)` may
 * answer itself, and says that it has. */
export async function overheard(page, answered = () => false) {
  page.asked = [];
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    const url = new URL(request.url());
    page.asked.push(url);
    if (url.origin === TELEGRAM) request.abort();
    else if (!answered(request, url)) request.continue();
  });
}

/** The page had no faults, and asked nobody but us, these and Telegram. */
export function blameless(page, ...known) {
  assert.deepEqual(page.faults, []);
  const all = [API, PAGE, ...known].map((at) => new URL(at).origin).concat(TELEGRAM, "null");
  assert.deepEqual(page.asked.filter((url) => !all.includes(url.origin)).map(String), []);
}

export const shines = (page, dark, ...more) => page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }, ...more]);
export const text = (page, selector) => page.$eval(selector, (node) => node.textContent);

/** Nothing that axe calls serious stands on the page, and it is not wider than the screen. */
export async function accessible(page, what = page.url()) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${what}: ${wide} pixels too wide`);
  if (!await page.evaluate(() => Boolean(globalThis.axe))) await page.evaluate(axe.source);
  const found = await page.evaluate(() => globalThis.axe.run(document));
  const serious = found.violations.filter((one) => ["serious", "critical"].includes(one.impact));
  assert.deepEqual(serious.map((one) => [what, one.id, ...one.nodes.map((node) => `${node.html} ${node.failureSummary}`)]), []);
}

// --- The API and the played Telegram -----------------------------------------------------------------------------------

export async function ask(url, body, method = "POST") {
  const headers = { "Content-Type": "application/json", "X-API-Key": API_KEY };
  const answer = await fetch(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  assert.ok(answer.ok, `${url}: ${answer.status} ${await answer.clone().text()}`);
  return answer;
}

export const row = (path, row) => ask(`${API}/admin/settings/${path}`, { row, reason: "the walk" }, "PUT");
/** What somebody does in the played Telegram. */
export const does = async (user, what, body) => (await ask(`${PAGE}/client/${user}/${what}`, body)).json();
export const speaks = (language_code, user = CUSTOMER) => does(user, "language", { language_code });

/** What the played Telegram shows of somebody's chat. */
export async function chat(user = CUSTOMER) {
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
export const offered = (user, begins, { behind = 0, fits = () => true } = {}) => until(async () => {
  const all = (await chat(user)).messages.toReversed().flatMap(({ id, buttons }) => buttons.flat().map(({ data }) => ({ message_id: id, data })));
  return all.find((one) => one.message_id > behind && one.data?.startsWith(begins) && fits(one.data));
}, `no button ${begins}`);
