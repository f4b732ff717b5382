// The Mini App and the operator's panel by the keyboard alone: Tab reaches everything in the order in which it stands, what has
// the focus is seen, Enter opens, Escape closes, and the focus is where it was.

import assert from "node:assert/strict";

import { CUSTOMER, PAGE, accessible, browser, closed, ok, opened, ready } from "./driven.mjs";

/** More than there is on any page. */
const TABS_MAX = 400;

/** What Tab goes to, from the beginning of the page to its end; each is on the screen and is seen to have the focus. */
async function tabbed(page) {
  await page.evaluate(() => {
    // Whoever comes to the page begins before its first thing, wherever the focus was.
    const mark = Object.assign(document.createElement("span"), { id: "mark", tabIndex: -1 });
    document.body.prepend(mark);
    mark.focus();
    scrollTo(0, 0);
    globalThis.reached = [];
  });
  for (let times = 0; times < TABS_MAX; times += 1) {
    await page.keyboard.press("Tab");
    const now = await page.evaluate(() => {
      const node = document.activeElement;
      if (!node || node === document.body || globalThis.reached.includes(node)) return null;
      globalThis.reached.push(node);
      const { top, bottom, left, right } = node.getBoundingClientRect();
      const style = getComputedStyle(node);
      const outlined = style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) > 0;
      const inView = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
      return { name: `${node.tagName} ${node.id} ${node.textContent.trim().slice(0, 40)}`, outlined, inView };
    });
    if (!now) break;
    assert.ok(now.inView, `${now.name} has the focus and is not on the screen`);
    assert.ok(now.outlined, `${now.name} has the focus, and nobody sees it`);
  }
  const missed = await page.evaluate(() => {
    document.getElementById("mark").remove();
    const can = "a[href], button, input, select, textarea, summary, [tabindex]";
    const all = [...document.querySelectorAll(can)].filter((node) => node.tabIndex >= 0 && !node.disabled && node.checkVisibility());
    const name = (node) => `${node.tagName} ${node.id} ${node.textContent.trim().slice(0, 40)}`;
    const order = globalThis.reached.map((node) => all.indexOf(node));
    const sorted = order.every((place, at) => at === 0 || order[at - 1] < place);
    return { never: all.filter((node) => !globalThis.reached.includes(node)).map(name), sorted, count: globalThis.reached.length };
  });
  assert.deepEqual(missed.never, [], "Tab never comes there");
  assert.ok(missed.sorted, "Tab goes in the order in which things stand");
  return missed.count;
}

/** Tab until this has the focus. */
async function tabTo(page, selector) {
  for (let times = 0; times < TABS_MAX; times += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab never comes to ${selector}`);
}

/** Opens a dialog, in which the focus stays, and closes it by Escape: then the focus is where it was. */
async function inAndOut(page, opener) {
  await tabTo(page, opener);
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog[open]");
  await page.waitForFunction(() => document.querySelector("dialog[open]").contains(document.activeElement));
  for (let times = 0; times < 12; times += 1) {
    await page.keyboard.press("Tab");
    const strayed = await page.evaluate(() => {
      const node = document.activeElement;
      return node !== document.body && !document.querySelector("dialog[open]").contains(node) ? node.outerHTML.slice(0, 80) : null;
    });
    assert.equal(strayed, null, "the focus stays in the dialog");
  }
  await accessible(page);
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.querySelector("dialog[open]"));
  assert.ok(await page.evaluate((wanted) => document.activeElement?.matches(wanted), opener), `the focus is back at ${opener}`);
}

for (const dark of [false, true]) {
  const page = await opened({ dark });
  await ready(page);
  await page.waitForSelector(".orders li");
  const counts = [await tabbed(page)];
  await accessible(page);
  for (const [name, there, opener] of [["gallery", ".gallery .grid button", ".grid li:first-child button"], ["shop", ".shelf li", '[id="buy-pack:pro"]']]) {
    await page.evaluate(() => document.activeElement?.blur());
    await tabTo(page, `#tab-${name}`);
    await page.keyboard.press("Enter");
    await page.waitForSelector(there);
    assert.ok(await page.evaluate((id) => document.activeElement?.id === id, `tab-${name}`), "the tab keeps the focus");
    counts.push(await tabbed(page));
    await accessible(page);
    await inAndOut(page, opener);
  }
  ok(`the Mini App by the keyboard alone, ${dark ? "dark" : "light"}: ${counts.join(", ")} places in the cabinet, the gallery and the shop, and their dialogs; axe finds nothing serious`);
  await closed(page);
}

for (const dark of [false, true]) {
  const page = await opened({ width: 1280, height: 900, at: `${PAGE}/client/${CUSTOMER}/mini-app?app=panel&dark=${dark}`, dark });
  await page.waitForSelector("#view .view");
  await page.waitForFunction(() => document.querySelector(".fresh")?.textContent);
  const count = await tabbed(page);
  ok(`the panel by the keyboard alone, ${dark ? "dark" : "light"}: ${count} places on its first view`);
  page.faults = page.faults.filter((line) => !/status of 4\d\d/.test(line));
  await closed(page);
}

await browser.close();
