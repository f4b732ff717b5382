// What is on sale, and a purchase: chosen once, paid on the rail's page or in Telegram's sheet, looked for until it is there.

import { FeatureGate } from "./client.js";
import { make } from "./elements.js";
import { asked, styled, told } from "./mine.js";
import { moment, say } from "./words.js";

/** How often is asked what became of a purchase while its page is open, in ms, and how many times. */
const ASK_EVERY_MS = 5_000;
const ASKED_MAX = 60;

const node = make("div", { className: "view" });
const shop = { said: null, problem: null, wanted: null };
/** What each choice is called at the server: the same choice again is the same purchase, until it is paid or over. */
const keys = new Map();

/** The view; `thing` is opened at once. It begins anew each time. */
export async function plans(thing = null) {
  await styled;
  shop.wanted = thing;
  load();
  return node;
}

async function load() {
  draw();
  try {
    [shop.said, shop.problem] = [await asked("/me/shop"), null];
  } catch (problem) {
    shop.problem = problem;
  }
  draw();
  const wanted = shop.said?.things.find((one) => one.thing === shop.wanted);
  shop.wanted = null;
  if (wanted) open(wanted);
}

// --- The shelf -------------------------------------------------------------------------------------------------------

function draw() {
  const { said, problem } = shop;
  if (!said) {
    const again = make("button", { type: "button", className: "plain wide-button", textContent: say("try-again") });
    again.addEventListener("click", load);
    return node.replaceChildren(make("section", { className: "shop" },
      make("p", { className: problem ? "warns" : "quiet", aria: { role: problem ? "alert" : "status" }, textContent: problem ? told(problem) : say("loading") }),
      problem ? again : null));
  }
  const of = (kind) => said.things.filter((thing) => thing.kind === kind);
  node.replaceChildren(...[["plans", of("plan")], ["packs", of("pack")]].filter(([, things]) => things.length).map(([name, things]) =>
    make("section", { className: "shop", aria: { "aria-labelledby": `${name}-title` } },
      make("h2", { id: `${name}-title`, textContent: say(name) }),
      name === "plans" && said.plan ? make("p", { className: "quiet", textContent: say("your-plan", { plan: said.plan.name }) }) : null,
      make("ul", { className: "shelf" }, ...things.map(ware)))),
    said.things.length ? terms(said) : make("section", { className: "shop" }, make("p", { className: "quiet", textContent: say("shop-none") })));
}

function ware(thing) {
  const buy = make("button", { type: "button", id: `buy-${thing.thing}`, textContent: say("buy") });
  buy.setAttribute("aria-label", say("choose", { title: thing.title }));
  buy.addEventListener("click", () => open(thing));
  return make("li", {}, make("h3", { textContent: thing.title }),
    thing.description ? make("p", { textContent: thing.description }) : null,
    make("ul", { className: "brings" }, ...thing.brings.map((line) => make("li", { textContent: line })),
      thing.opens.length ? make("li", { className: "opens", textContent: say("opens", { features: thing.opens.map((one) => one.name).join(", ") }) }) : null),
    make("div", { className: "row" }, make("b", { textContent: thing.prices.map((one) => one.price).join(" / ") }), buy));
}

function terms(said) {
  const link = said.terms_url ? make("a", { href: said.terms_url, target: "_blank", rel: "noopener", textContent: say("terms-whole") }) : null;
  return make("details", { className: "terms" }, make("summary", { textContent: say("terms") }),
    ...said.terms.split(/\n\s*\n/).map((text) => make("p", { textContent: text })), link);
}

// --- A purchase ------------------------------------------------------------------------------------------------------

function open(thing) {
  const opener = document.activeElement;
  const body = make("div", { className: "purchase" });
  const line = make("p", { className: "said", aria: { role: "status" } });
  const close = make("button", { type: "button", className: "plain wide-button", textContent: say("close") });
  const dialog = make("dialog", { className: "buy", aria: { "aria-labelledby": "buy-title" } },
    make("h2", { id: "buy-title", textContent: thing.title }), body, line, close);
  const ends = new AbortController();
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    ends.abort();
    dialog.remove();
    (document.getElementById(opener?.id) ?? opener)?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  choose({ thing, body, line, ends, purchase: null, rail: null, left: 0 });
}

/** The ways to pay, with what has to be known before. */
function choose(view) {
  const { thing, body, line } = view;
  const { receipt } = shop.said;
  line.textContent = "";
  const contact = make("input", { type: "text", id: "contact", autocomplete: "email", maxLength: 100 });
  const wants = thing.prices.some((price) => receipt.rails.includes(price.rail) && !price.hindered);
  const asks = wants && !receipt.to ? make("p", {}, make("label", { htmlFor: "contact", textContent: say("receipt-label") }), contact,
    make("small", { textContent: say("receipt-where") })) : null;
  const ways = thing.prices.map((price) => {
    const button = make("button", { type: "button", className: "wide-button", disabled: Boolean(price.hindered), textContent: say(`pay-by-${price.rail}`, { price: price.price }) });
    button.dataset.rail = price.rail;
    button.addEventListener("click", () => begin(view, price, receipt.rails.includes(price.rail) ? contact : null));
    return make("div", { className: "way" }, button, price.renews && !price.hindered ? make("small", { textContent: say("monthly") }) : null);
  });
  const notes = new Set(thing.prices.map((price) => price.hindered ?? price.note).filter(Boolean));
  body.replaceChildren(...[make("p", { textContent: thing.goods }), ...[...notes].map((note) => make("p", { className: "quiet", textContent: note })),
    wants && receipt.to ? make("p", { className: "quiet", textContent: say("receipt-to", { contact: receipt.to }) }) : asks,
    make("p", { className: "quiet", textContent: say("agree") }), terms(shop.said), ...ways].filter(Boolean));
}

async function begin(view, price, contact) {
  const { thing, body, line } = view;
  const choice = `${thing.thing} ${price.rail}`;
  if (!keys.has(choice)) keys.set(choice, crypto.randomUUID());
  const buttons = [...body.querySelectorAll("button")].filter((button) => !button.disabled);
  for (const button of buttons) button.disabled = true;
  line.textContent = say("opening");
  const asks = { thing: thing.thing, rail: price.rail };
  if (contact?.value.trim()) asks.contact = contact.value.trim();
  try {
    view.purchase = await asked("/me/purchases", { method: "POST", body: asks, headers: { "Idempotency-Key": keys.get(choice) }, signal: view.ends.signal });
    view.choice = choice;
    line.textContent = "";
    await shown(view);
    // Telegram's own sheet comes at once; a page of another is opened by the button, as browsers want it.
    if (price.rail === "stars" && view.purchase.url) pay(view);
  } catch (problem) {
    if (view.ends.signal.aborted) return;
    line.textContent = told(problem, "rail-silent");
    for (const button of buttons) button.disabled = false;
    if (["receipt_wanted", "contact_unreadable"].includes(problem.reason)) contact?.focus();
  }
}

/** What became of it, and what can be done. */
async function shown(view) {
  const { body, purchase } = view;
  const { state } = purchase;
  const text = make("p", { className: state === "paid" ? "good" : "", aria: { role: "status" }, textContent: say(`bought-${state}`, {
    title: purchase.title, goods: purchase.goods, price: purchase.price, moment: moment(purchase.expires_at) }) });
  text.dataset.state = state;
  const button = (id, name, act) => {
    const one = make("button", { type: "button", className: `wide-button ${name}`, textContent: id });
    one.addEventListener("click", act);
    return one;
  };
  const waits = state === "waiting" && purchase.url;
  const first = waits ? button(say("pay-now", { price: purchase.price }), "pay", () => pay(view)) : null;
  const look = ["waiting", "underway", "over", "held"].includes(state) ? button(say("i-have-paid"), "plain look", () => check(view)) : null;
  const other = state === "waiting" || state === "over" ? button(say("pay-other"), "plain other", () => choose(view)) : null;
  body.replaceChildren(...[text, purchase.renews && waits ? make("p", { className: "quiet", textContent: say("monthly") }) : null, first, look, other].filter(Boolean));
  (first ?? body.parentElement.lastElementChild).focus();
  if (state === "waiting" || state === "underway") return;
  keys.delete(view.choice);
  if (state !== "paid") return;
  await FeatureGate.refresh();
  load();
}

/** Opens the place where it is paid. */
function pay(view) {
  const { url, rail } = view.purchase;
  const app = globalThis.Telegram?.WebApp;
  if (rail === "stars" && app?.openInvoice) app.openInvoice(url, () => again(view));
  else if (rail === "stars" && app?.openTelegramLink) app.openTelegramLink(url);
  else if (app?.openLink) app.openLink(url);
  else globalThis.open(url, "_blank", "noopener");
  if (view.left === 0) watch(view);
}

/** Asks what became of it while it is looked at, and whenever the page is looked at again. */
function watch(view) {
  view.left = ASKED_MAX;
  const { signal } = view.ends;
  const back = () => document.hidden || again(view);
  document.addEventListener("visibilitychange", back, { signal });
  addEventListener("focus", back, { signal });
  const next = () => setTimeout(async () => {
    view.left -= 1;
    if (signal.aborted || view.left <= 0 || view.purchase.state !== "waiting") return;
    if (!document.hidden) await again(view);
    next();
  }, ASK_EVERY_MS);
  next();
}

/** What we were told of it by now. */
async function again(view) {
  if (view.asking || view.purchase.state !== "waiting") return;
  view.asking = true;
  try {
    await become(view, await asked(`/me/purchases/${view.purchase.purchase_id}`, { signal: view.ends.signal }));
  } catch {
    // It is asked again, and the button asks as well.
  }
  view.asking = false;
}

/** "I have paid": the rail is asked. */
async function check(view) {
  const { line, body } = view;
  const button = body.querySelector(".look");
  if (button.disabled) return;
  button.disabled = true;
  line.textContent = say("loading");
  try {
    const purchase = await asked(`/me/purchases/${view.purchase.purchase_id}/check`, { method: "POST", signal: view.ends.signal });
    line.textContent = purchase.state === "waiting" ? say("nothing-yet") : "";
    await become(view, purchase);
  } catch (problem) {
    if (!view.ends.signal.aborted) line.textContent = told(problem, "look-silent");
  }
  button.disabled = false;
}

/** Draws it anew where something is new. */
async function become(view, purchase) {
  const changed = purchase.state !== view.purchase.state;
  view.purchase = purchase;
  if (!changed) return;
  view.line.textContent = "";
  await shown(view);
}
