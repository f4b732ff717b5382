// The Mini App's cabinet: credits, limits, features and orders of whoever opened it.

import { Asker, FeatureGate } from "./client.js";
import { bar, make, opens, resets } from "./elements.js";
import { launch, paint, withTelegram } from "./launch.js";
import { patience } from "./underway.js";
import { language, moment, number, say, speak, whyFailed } from "./words.js";

/** How often countdowns are drawn anew, in ms. */
const TICK_MS = 30_000;
/** How often it is looked whether orders under way are due to be asked for, in ms. */
const DUE_MS = 1_000;

const main = document.getElementById("main");
const opened = launch();
const asker = new Asker({ base: "", authorization: () => `tma ${launch().initData}` });
// One answer has the features and everything else that the page shows.
FeatureGate.configure({ lists: "/me", flags: false });

const notice = make("div", { className: "notice", hidden: true, aria: { role: "alert" } });
const columns = make("div", { className: "columns" });
const refresh = make("button", { type: "button", className: "plain" });
const heading = make("h1");
const tabs = make("nav", { className: "tabs", hidden: true });
/** What is looked at: the cabinet, or a view that is fetched when it is first opened. */
const VIEWS = ["cabinet", "gallery", "shop"];
/** Set where the page was loaded anew because a part of it was gone. */
const ANEW = "anew";
let view = "cabinet";
let other = null;
/** Whether the page keeps up with what changes. */
const pulse = make("small", { id: "pulse", aria: { role: "status" } });
/** The orders that are drawn, and where the next page begins. */
const orders = { all: [], next: undefined, problem: null, loading: false, askedAt: 0, failures: 0 };
/** What was known of the account when the orders were read: where it is another, there may be others. */
let ordersOf;

paint(opened.theme);
withTelegram((app) => {
  app.ready();
  app.expand();
  paint(app.themeParams);
  app.onEvent("themeChanged", () => paint(app.themeParams));
  app.BackButton?.onClick(() => look("cabinet"));
});
if (opened.initData) begin();
else outside();

// --- Coming and going --------------------------------------------------------------------------------------------

async function begin() {
  main.append(make("header", {}, make("div", { className: "wide" }, heading, pulse), refresh), tabs, notice, columns);
  refresh.addEventListener("click", again);
  document.addEventListener("features-updated", updated);
  for (const name of ["features-failed", "live-state"]) document.addEventListener(name, draw);
  document.addEventListener("visibilitychange", () => document.hidden || FeatureGate.ready().then(draw));
  setInterval(() => document.hidden || draw(), TICK_MS);
  setInterval(() => document.hidden || view !== "cabinet" || performance.now() - orders.askedAt < patience(orders.all, orders.failures) || newest(), DUE_MS);
  columns.append(make("p", { className: "quiet", textContent: say("loading") }));
  labels();
  await FeatureGate.refresh();
  main.removeAttribute("aria-busy");
  draw();
  if (FeatureGate.isKnown) await more();
  FeatureGate.live();
}

/** What is known is another: what the account says moves with every order that begins or ends. */
function updated() {
  draw();
  if (accountNow() !== ordersOf) newest();
}

function accountNow() {
  const { balance, active, limits = [] } = FeatureGate.all;
  return JSON.stringify([balance, active, limits.map((limit) => limit.used)]);
}

/** Puts the newest orders before those that are shown, which stay. */
async function newest() {
  if (orders.loading) return;
  orders.loading = true;
  ordersOf = accountNow();
  try {
    const page = await asker.ask("/me/orders", { keep: false });
    answered();
    const fresh = new Set(page.orders.map((order) => order.id));
    const meets = orders.all.some((order) => fresh.has(order.id));
    const older = meets ? orders.all.filter((order) => !fresh.has(order.id)) : [];
    Object.assign(orders, { all: [...page.orders, ...older], next: meets ? orders.next : page.next, problem: null });
  } catch (problem) {
    // Nothing is known of the newest: whoever asks next asks for them.
    [orders.problem, ordersOf] = [problem, null];
    answered(problem);
  }
  orders.loading = false;
  draw();
  if (accountNow() !== ordersOf && !orders.problem) newest();
}

/** When orders were asked for last, and how often in vain since. */
function answered(problem = null) {
  [orders.askedAt, orders.failures] = [performance.now(), problem ? orders.failures + 1 : 0];
}

async function again() {
  refresh.disabled = true;
  await FeatureGate.refresh();
  if (view === "cabinet") await more(true);
  else await look(view);
  refresh.disabled = false;
  draw();
}

/** Looks at another view; `thing` is what is wanted in the shop. */
async function look(wanted, thing) {
  view = wanted;
  const back = globalThis.Telegram?.WebApp?.BackButton;
  if (view === "cabinet") back?.hide();
  else back?.show();
  draw();
  let next = null;
  try {
    if (wanted === "gallery") next = await (await part("./gallery.js")).gallery();
    if (wanted === "shop") next = await (await part("./shop.js")).plans(thing);
  } catch {
    next = make("p", { className: "warns", aria: { role: "alert" }, textContent: say("failed-network") });
  }
  if (view !== wanted) return;
  other?.remove();
  other = next;
  if (other) main.append(other);
}

/** A part of the page. After a deployment it is elsewhere: then the page, which says where, is loaded anew, once. */
async function part(path) {
  try {
    const module = await import(path);
    marked("removeItem");
    return module;
  } catch (error) {
    const page = marked("getItem") ? null : await fetch(location.pathname, { cache: "no-store" }).catch(() => null);
    if (page?.ok && marked("setItem", "1") !== "forbidden") location.reload();
    throw error;
  }
}

/** What the tab remembers of that. Where a page may keep nothing, as in a frame, it is never loaded anew: it would not end. */
function marked(what, ...value) {
  try {
    return sessionStorage[what](ANEW, ...value);
  } catch {
    return "forbidden";
  }
}

/** The next page of orders, or the first one anew. */
async function more(anew = false) {
  if (orders.loading) return;
  orders.loading = true;
  const cursor = anew ? undefined : orders.next;
  if (!cursor) ordersOf = accountNow();
  try {
    const path = cursor ? `/me/orders?cursor=${encodeURIComponent(cursor)}` : "/me/orders";
    const page = await asker.ask(path, { keep: false });
    answered();
    const shown = orders.all.length;
    Object.assign(orders, { all: cursor ? [...orders.all, ...page.orders] : page.orders, next: page.next, problem: null });
    if (cursor) queueMicrotask(() => columns.querySelectorAll(".orders li")[shown]?.focus());
  } catch (problem) {
    orders.problem = problem;
    answered(problem);
  }
  orders.loading = false;
  draw();
  if (!orders.problem && accountNow() !== ordersOf) newest();
}

/** Nobody is signed in: the page was opened in a browser. */
function outside() {
  document.documentElement.lang = language();
  document.title = say("outside-title");
  const link = make("a", { className: "button", href: document.documentElement.dataset.bot, textContent: say("outside-bot") });
  main.append(make("div", { className: "alone" }, make("h1", { textContent: say("outside-title") }), make("p", { textContent: say("outside") }), link));
  main.removeAttribute("aria-busy");
}

// --- Drawing -----------------------------------------------------------------------------------------------------

function labels() {
  document.documentElement.lang = language();
  document.title = say("title");
  heading.textContent = say("title");
  refresh.textContent = say("refresh");
}

function draw() {
  const me = FeatureGate.isKnown ? FeatureGate.all : null;
  if (me) speak(me.language);
  labels();
  drawPulse(me);
  drawNotice(me);
  drawTabs(me);
  columns.hidden = view !== "cabinet";
  if (columns.hidden) return;
  other?.remove();
  if (!me) return columns.replaceChildren();
  const next = [make("div", {}, balance(me), limits(me)), make("div", {}, latest(), features(me))];
  // Whoever listens to it is not interrupted where nothing is new.
  if (next.every((part, place) => columns.children[place]?.isEqualNode(part))) return;
  const focused = document.activeElement?.id;
  columns.replaceChildren(...next);
  // A button that is gone leaves the focus to the order that it was of.
  if (focused) (document.getElementById(focused) ?? document.getElementById(focused.replace(/^cancel-/, "order-")))?.focus();
}

function drawTabs(me) {
  const shown = VIEWS.filter((name) => name !== "shop" || me?.sells);
  tabs.hidden = !me;
  tabs.setAttribute("aria-label", say("nav"));
  const tab = (name) => {
    const button = make("button", { id: `tab-${name}`, type: "button", textContent: say(`tab-${name}`) });
    if (name === view) button.setAttribute("aria-current", "page");
    button.addEventListener("click", () => look(name));
    return button;
  };
  const next = make("nav", {}, ...shown.map(tab));
  const same = tabs.childElementCount === shown.length && [...next.children].every((one, place) => one.isEqualNode(tabs.children[place]));
  if (same) return;
  const focused = document.activeElement?.id;
  tabs.replaceChildren(...next.childNodes);
  if (focused?.startsWith("tab-")) document.getElementById(focused)?.focus();
}

function drawPulse(me) {
  const { problem } = FeatureGate;
  const text = !me ? "" : problem ? say("not-live", { moment: moment(FeatureGate.asOf) }) : say("live");
  pulse.dataset.state = problem ? "behind" : "live";
  if (pulse.textContent !== text) pulse.textContent = text;
}

function drawNotice(me) {
  const { problem } = FeatureGate;
  notice.hidden = !problem && (me?.has_account ?? true);
  if (notice.hidden) return;
  const asOf = problem && me ? ` ${say("as-of", { moment: moment(FeatureGate.asOf) })}` : "";
  const text = problem ? whyFailed(problem) + asOf : say("newcomer");
  if (notice.textContent !== text) notice.replaceChildren(make("p", { textContent: text }));
}

function section(name, title, ...children) {
  const id = `${name}-title`;
  return make("section", { className: name, aria: { "aria-labelledby": id } }, make("h2", { id, textContent: title }), ...children);
}

function balance(me) {
  const { available, held, debt } = me.balance;
  const money = make("p", { className: "money" }, make("b", { id: "available", textContent: number(available) }));
  const fact = (name, value) => make("div", {}, make("dt", { textContent: name }), make("dd", {}, value));
  const until = (at) => (at ? ` ${say("until", { moment: moment(at) })}` : "");
  const plan = me.plan && me.plan.name + (me.plan.awaited_until ? ` ${say("awaited", { moment: moment(me.plan.awaited_until) })}` : until(me.plan.until));
  const tier = me.tier_name && make("span", {}, make("tier-badge"), until(me.tier_until));
  return section("balance", say("balance"), money,
    held > 0 ? make("p", { className: "quiet", textContent: say("held", { held: number(held) }) }) : null,
    debt > 0 ? make("p", { className: "warns", textContent: say("debt", { debt: number(debt) }) }) : null,
    make("p", { className: "quiet", textContent: say("active", { active: me.active, max: me.active_max }) }),
    me.plan || tier ? null : make("p", { className: "quiet", textContent: say("no-plan") }),
    make("dl", { className: "facts" }, plan ? fact(say("plan"), plan) : null, tier ? fact(say("tier"), tier) : null));
}

function limits(me) {
  const line = (limit) => {
    const left = say("left", { left: number(limit.left), limit: number(limit.limit) });
    const words = `${left}, ${resets(limit.resets_at)}`;
    return make("li", {}, make("div", { textContent: limit.name }), bar(limit.used, limit.limit, `${limit.name}: ${words}`),
      make("small", { className: limit.warns ? "warns" : "", textContent: words }));
  };
  const lines = me.limits.map(line);
  return section("limits", say("limits"), lines.length ? make("ul", {}, ...lines) : make("p", { className: "quiet", textContent: say("no-limits") }));
}

function features(me) {
  const line = (key) => {
    const status = FeatureGate.getStatus(key);
    const state = status.enabled ? "open" : status.reason === "limit_reached" ? "used-up" : "locked";
    const badge = make("span", { className: "state", textContent: say(state) });
    badge.dataset.state = state;
    const opener = status.enabled ? null : me.opened_by?.[key];
    const lead = opener && make("button", { id: `opens-${key}`, type: "button", className: "link", textContent: say("see-plan", { plan: opener.title }) });
    lead?.addEventListener("click", () => look("shop", opener.thing));
    const item = make("li", {}, make("div", { className: "row" }, make("span", { textContent: status.name }), badge),
      lead ?? make("small", { textContent: status.enabled ? status.description ?? "" : opens(status) }));
    item.dataset.feature = key;
    return item;
  };
  const keys = Object.keys(me.features);
  const node = section("features", say("features"), make("ul", {}, ...keys.map(line)));
  node.hidden = keys.length === 0;
  return node;
}

/** The button of an order that is still in the queue. */
function canceler(order) {
  const button = make("button", { id: `cancel-${order.id}`, type: "button", className: "plain small", textContent: say("cancel-order") });
  button.setAttribute("aria-label", [say("cancel-yes"), order.title, order.words].filter(Boolean).join(", "));
  const changed = async () => {
    await FeatureGate.refresh();
    await newest();
  };
  button.addEventListener("click", async () => (await part("./cancel.js")).takeBack(order, changed));
  return button;
}

function latest() {
  const line = (order) => {
    const status = order.can_cancel ? "queued" : order.status;
    const state = make("span", { className: "state", textContent: say(`status-${status}`) });
    state.dataset.state = status;
    const nothing = order.status === "failed" || order.status === "canceled";
    const price = nothing ? say("credits-back") : order.by_plan ? say("by-plan") : say("credits", { credits: number(order.price) });
    return make("li", { id: `order-${order.id}`, tabIndex: -1 }, make("div", { className: "row" }, make("span", { textContent: order.title }), state),
      order.words ? make("div", { className: "words", textContent: order.words }) : null,
      make("div", { className: "row" }, make("small", { textContent: `${moment(order.created_at)} · ${price}` }), order.can_cancel ? canceler(order) : null));
  };
  const { all, next, problem, loading } = orders;
  const empty = () => make("p", { className: "quiet", textContent: say(loading ? "loading" : "no-orders") });
  const older = make("button", { id: "older", type: "button", className: "plain wide-button", textContent: say(problem ? "try-again" : "older") });
  older.addEventListener("click", () => more(all.length === 0));
  const back = make("button", { id: "back", type: "button", className: "wide-button", textContent: say("to-chat") });
  back.addEventListener("click", () => globalThis.Telegram?.WebApp?.close());
  return section("orders", say("orders"),
    problem ? make("p", { className: "warns", textContent: whyFailed(problem) }) : null,
    all.length ? make("ul", {}, ...all.map(line)) : problem ? null : empty(),
    next || problem ? older : null,
    all.length ? make("p", { className: "quiet apart", textContent: say("in-chat") }) : null,
    globalThis.Telegram?.WebApp ? back : null);
}
