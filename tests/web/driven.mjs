// The Mini App in a real browser, opened from the played Telegram: what every walk through it needs. Pictures are left in
// target/web.

import { API, CUSTOMER, PAGE, PATIENCE_MS, ask, blameless, browser, does, offered, overheard, pictures, shines, watched } from "./chromium.mjs";

export * from "./chromium.mjs";
export const PICTURES = await pictures("");

/** Where open pages hear of changes: a function of its own, and so another origin here. */
export const { eventStreams } = await (await ask(`${API}/ofrep/v1/evaluate/flags`, { context: { targetingKey: CUSTOMER } })).json();

/** A page that fails the walk by a fault of its script, or by asking anybody but us and Telegram. */
export async function opened({ width = 360, height = 780, dark = false, at, before, answered = () => false } = {}) {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  watched(page);
  await page.setViewport({ width, height });
  await shines(page, dark);
  await overheard(page, (request, url) => {
    // `page.gone` is a file that is not there the first time, as after a deployment.
    if (!page.gone || !url.pathname.endsWith(page.gone)) return answered(request, url);
    page.gone = null;
    request.respond({ status: 404 });
    return true;
  });
  await before?.(page);
  await page.goto(at ?? `${PAGE}/client/${CUSTOMER}/mini-app?dark=${dark}`);
  return page;
}

export async function closed(page) {
  blameless(page, eventStreams[0].url);
  await page.close();
}

export const ready = (page) => page.waitForSelector("main:not([aria-busy]) #available");
/** Goes to another view of the page. */
export const tab = async (page, name, there) => {
  await page.click(`#tab-${name}`);
  await page.waitForSelector(there);
};
export const focused = (page) => page.evaluate(() => document.activeElement?.id);

/** The newest button in the customer's chat whose data begins so; waits for it. */
export const button = (begins, fits) => offered(CUSTOMER, begins, { fits });
/** Waits for a button in the chat and presses it. */
export const press = async (begins, fits) => does(CUSTOMER, "press", await button(begins, fits));
