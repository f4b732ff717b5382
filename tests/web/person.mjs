// A person before the played Telegram in a real browser: types, presses what has these words on it, and waits for what is
// on the screen. Nothing here knows what is behind a button.

import assert from "node:assert/strict";

import { PAGE, PATIENCE_MS, ask, browser, pictures, shines, watched } from "./chromium.mjs";

export const PICTURES = await pictures("");

/** How long a video is waited for, which takes seconds to be made. */
const VIDEO_MS = 3 * PATIENCE_MS;
/** How long a message is read at least. */
const READS_MS = 1_100;
/** How long an answer is waited for before something is said once more, and how often that is done. */
const ANSWER_MS = 5_000;
const ASKED_MAX = 4;

/** A person of one language, who has the bot's chat before them, by a link to it or not, and has not pressed Start. */
export async function person(language, { width = 360, height = 780, at } = {}) {
  const names = { ru: "Аня", en: "Anna" };
  const user = (await (await ask(`${PAGE}/client/users`, { first_name: names[language], language_code: language })).json()).id;
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(VIDEO_MS);
  watched(page);
  await page.setViewport({ width, height });
  await page.goto(`${at ?? `${PAGE}/`}#${user}`);
  await page.waitForSelector("#start:not([hidden])");
  return new Person(page, user, language);
}

class Person {
  /** How often they have pressed or sent something. */
  deeds = 0;

  constructor(page, user, language) {
    Object.assign(this, { page, user, language });
  }

  /** The words of one language. */
  in(words) {
    return words[this.language];
  }

  async starts() {
    this.deeds += 1;
    await this.page.click("#start");
    await this.page.waitForSelector("#form:not([hidden])");
  }

  /** Nobody writes within a second of what they were told, and Telegram lets a bot write to a chat but once in one. */
  async hasRead() {
    const newest = () => this.page.$$eval(".message", (all) => all.length);
    for (let before = -1, now = await newest(); before !== now; now = await newest()) {
      before = now;
      await new Promise((read) => setTimeout(read, READS_MS));
    }
  }

  async says(text) {
    this.deeds += 1;
    await this.hasRead();
    await this.page.click("#text");
    await this.page.keyboard.sendCharacter(text);
    await this.page.keyboard.press("Enter");
  }

  /** A photo from the disk, with a caption or without. */
  async shows(path, caption = "") {
    this.deeds += 1;
    await this.hasRead();
    await (await this.page.$("#file")).uploadFile(path);
    await this.page.waitForSelector("#photo[open]");
    await this.page.type("#caption", caption);
    await this.page.click("#photo-send");
  }

  /** Presses the newest button that says so, or the oldest. */
  async presses(words, { count = 1, oldest = false } = {}) {
    this.deeds += 1;
    const found = await this.page.waitForFunction(keyOf, {}, source(words), oldest ? 0 : -1);
    await settled(found);
    await found.click({ count });
  }

  /** Waits until the newest message says so, and gives what it says. */
  async reads(words) {
    const read = await this.page.waitForFunction(newestWords, {}, source(words)).catch(async () => {
      assert.fail(`${words} is not read; the newest message is: ${await this.newest()}`);
    });
    return read.jsonValue();
  }

  /** Says something, reads the answer, and says it again where none comes: Telegram lets a bot write once a second. */
  async asks(text) {
    const answered = (count) => this.page.waitForFunction((before) => {
      const all = [...document.querySelectorAll(".message")];
      const mine = all.findLastIndex((one) => one.classList.contains("mine"));
      return all.length > before && mine < all.length - 1 ? all.at(-1).querySelector(".bubble").innerText : null;
    }, { timeout: ANSWER_MS }, count);
    for (let tries = 0; ; tries += 1) {
      const before = await this.page.$$eval(".message", (all) => all.length);
      await this.says(text);
      try {
        return await (await answered(before + 1)).jsonValue();
      } catch (late) {
        assert.ok(tries < ASKED_MAX, `${text}: ${late}`);
      }
    }
  }

  newest() {
    return this.page.evaluate(() => [...document.querySelectorAll(".message")].at(-1)?.innerText);
  }

  /** Waits for a note over the chat, gives what it says, and closes it. */
  async isTold() {
    await this.page.waitForSelector("#alert[open]");
    const text = await this.page.$eval("#alert-text", (node) => node.textContent);
    await this.page.click("#alert button");
    await this.page.waitForFunction(() => !document.getElementById("alert").open);
    return text;
  }

  /** The newest message plays a video: its time goes on. */
  async watches() {
    const video = await this.page.waitForFunction(() => {
      const found = [...document.querySelectorAll(".message")].at(-1).querySelector("video");
      return found && found.readyState > 2 ? found : null;
    });
    await video.evaluate((node) => node.play());
    await this.page.waitForFunction((node) => node.currentTime > 0.2, {}, video);
  }

  /** Pictures of what is on the screen: on a phone and at a desk, in both themes. */
  async looks(scene) {
    const { page } = this;
    const before = page.viewport();
    const focused = await page.evaluateHandle(() => document.activeElement);
    for (const dark of [false, true]) {
      for (const [width, height] of [[360, 780], [1280, 900]]) {
        await page.setViewport({ width, height });
        await shines(page, dark, { name: "prefers-reduced-motion", value: "reduce" });
        const wide = await page.evaluate(() => {
          const chat = document.getElementById("chat");
          chat.scrollTop = chat.scrollHeight;
          return Math.max(document.documentElement.scrollWidth - innerWidth, chat.scrollWidth - chat.clientWidth);
        });
        assert.ok(wide <= 0, `${scene}: ${wide} pixels too wide`);
        await page.screenshot({ path: `${PICTURES}bot-${scene}-${this.language}-${dark ? "dark" : "light"}-${width}.png` });
      }
    }
    await page.emulateMediaFeatures([]);
    await page.setViewport(before);
    await focused.evaluate((node) => node.focus?.());
  }

  /** Nobody reads markup, names of texts, or values that were not filled in. */
  async reads_no_code() {
    const said = await this.page.$$eval(".message:not(.mine)", (all) => all.map((one) => one.innerText));
    for (const text of said) assert.doesNotMatch(text, /<\/?[a-z]+>|&[a-z]+;|\{\s*\$|\$[a-z]+\b|undefined|null\b|NaN/i, text);
  }

  async leaves() {
    await this.reads_no_code();
    assert.deepEqual(this.page.faults, []);
    await this.page.browserContext().close();
  }
}

const source = (words) => (words instanceof RegExp ? words.source : words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));

/** On the page: the button with these words at that place among them. */
function keyOf(words, place) {
  const keys = [...document.querySelectorAll(".keys button, .keys a")].filter((key) => new RegExp(words, "u").test(key.textContent) && !key.disabled);
  return keys.at(place) ?? null;
}

/** On the page: what the bot's newest message says, once it says so. */
function newestWords(words) {
  const last = [...document.querySelectorAll(".message")].at(-1);
  const text = last?.querySelector(".bubble").innerText ?? "";
  return !last?.classList.contains("mine") && new RegExp(words, "u").test(text) ? text : null;
}

/** Waits until a button stands still, as a person does. */
async function settled(button) {
  await button.evaluate(async (node) => {
    node.scrollIntoView({ block: "nearest" });
    for (let before = null; ;) {
      const { x, y } = node.getBoundingClientRect();
      const now = `${x},${y}`;
      if (now === before || !node.isConnected) return;
      before = now;
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
    }
  });
}
