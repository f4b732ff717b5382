// The operator's panel: who signs in, which view is open, and how fresh it is.
//
// The address keeps which view is open behind `?`, because Telegram keeps who opened it behind `#`.

import { launch, paint, withTelegram } from "../launch.js";
import { Api } from "./api.js";
import { button, field, make, text } from "./dom.js";
import { views } from "./views/all.js";
import { clock, language, say, speak, whyFailed } from "./words.js";

/** How often it is looked whether something is due to be asked again, in ms. */
const TICK_MS = 1_000;
/** Under which name the choice of a language is kept. */
const SPEAKS = "neurocards-panel-language";

const main = document.getElementById("main");
const opened = launch();
const api = new Api({ initData: opened.initData });
const notice = make("div", { className: "notice", hidden: true, aria: { role: "alert" } });
const fresh = make("p", { className: "fresh quiet", aria: { role: "status", "aria-live": "off" } });
const place = make("div", { id: "view" });
/** The view that is open: its module, what it gave, when it was asked last. */
let open = null;

speak(localStorage.getItem(SPEAKS) ?? opened.language);
paint(opened.theme);
withTelegram((app) => {
  app.ready();
  app.expand();
  paint(app.themeParams);
  app.onEvent("themeChanged", () => paint(app.themeParams));
});

/** What a view has in hand besides asking: what the address says, and how to go elsewhere. */
Object.defineProperty(api, "params", { get: () => new URLSearchParams(location.search) });
Object.assign(api, {
  go(id, params = {}) {
    const query = new URLSearchParams({ v: id, ...params });
    history.pushState(null, "", `?${query}${location.hash}`);
    show();
  },
  again: () => ask(),
  fail: (problem) => fail(problem),
});
addEventListener("popstate", () => show());
document.addEventListener("visibilitychange", () => document.hidden || tick());
setInterval(tick, TICK_MS);
begin();

// --- Signing in ------------------------------------------------------------------------------------------------------

async function begin(problem = null) {
  document.documentElement.lang = language();
  document.title = say("panel");
  main.removeAttribute("aria-busy");
  open = null;
  if (!api.isSigned || problem) return signIn(problem);
  try {
    await api.signIn();
  } catch (failure) {
    if (api.hasKey && failure.kind === "unauthorized") api.useKey("");
    return signIn(failure);
  }
  frame();
  show();
}

function signIn(problem) {
  const key = make("input", { type: "password", autocomplete: "off", spellcheck: false, name: "key" });
  const node = field(say("api-key"), key, { hint: say("api-key-hint") });
  const form = make("form", { className: "sign", noValidate: true }, text("h1", say("panel")),
    problem ? make("p", { className: "wrong", aria: { role: "alert" } }, whyFailed(problem)) : text("p", say(opened.initData ? "not-operator" : "sign-in")),
    node, make("button", { type: "submit", textContent: say("sign-in-button") }),
    opened.initData ? button(say("try-again"), () => begin(), { kind: "plain" }) : null, tongues());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = key.value.trim();
    if (!/^nc_[0-9a-zA-Z]+_[0-9a-zA-Z]+$/.test(typed)) {
      node.fail(say("no-key"));
      key.focus();
      return;
    }
    api.useKey(typed);
    begin();
  });
  main.replaceChildren(form);
}

function tongues() {
  const other = language() === "ru" ? "en" : "ru";
  return button(say("other-language"), () => {
    localStorage.setItem(SPEAKS, other);
    speak(other);
    begin();
  }, { kind: "plain", lang: other });
}

// --- The frame -------------------------------------------------------------------------------------------------------

const allowed = () => views.filter((view) => api.may(view.role));

function frame() {
  const links = allowed().map((view) => {
    const link = make("a", { href: `?v=${view.id}`, textContent: say(view.title), data: { view: view.id } });
    link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey) return;
      event.preventDefault();
      api.go(view.id);
    });
    return link;
  });
  // Where the server is the local cloud, it says where its faults are switched.
  if (api.me.faults) links.push(make("a", { href: api.me.faults, target: "_blank", rel: "noopener", textContent: say("view-faults"), aria: { "aria-label": say("view-faults-about") } }));
  const refresh = button(say("refresh"), () => ask(), { kind: "plain" });
  const out = api.hasKey ? button(say("sign-out"), () => { api.useKey(""); begin(); }, { kind: "plain" }) : null;
  const who = text("p", `${api.me.who} · ${say(`role-${api.me.role}`)}`, { className: "quiet who" });
  main.replaceChildren(
    make("header", {}, make("div", { className: "top" }, text("h1", say("panel")), who, tongues(), out), make("nav", { aria: { "aria-label": say("views") } }, ...links)),
    make("div", { className: "bar" }, fresh, refresh), notice, place);
}

function show() {
  const wanted = api.params.get("v");
  const view = allowed().find((one) => one.id === wanted) ?? allowed()[0];
  for (const link of main.querySelectorAll("nav a")) {
    if (link.dataset.view === view.id) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${say(view.title)} – ${say("panel")}`;
  open?.given?.leave?.();
  notice.hidden = true;
  fresh.textContent = "";
  place.replaceChildren(text("p", say("loading"), { className: "quiet" }));
  const root = make("div", { className: `view ${view.id}` });
  open = { view, root, given: null, askedAt: -Infinity, asking: false };
  open.given = view.mount(root, api) ?? {};
  place.replaceChildren(root);
  ask();
}

// --- Keeping it fresh ------------------------------------------------------------------------------------------------

/** Asks for what the open view shows. What it showed stands until there is an answer. */
async function ask() {
  const asked = open;
  if (!asked?.given?.refresh || asked.asking) return;
  asked.asking = true;
  asked.askedAt = performance.now();
  try {
    await asked.given.refresh();
    if (asked !== open) return;
    notice.hidden = true;
    stamp();
  } catch (problem) {
    if (asked === open) fail(problem);
  } finally {
    asked.asking = false;
  }
}

function stamp() {
  if (api.answeredAt) fresh.textContent = say("as-of", { time: clock(api.answeredAt) });
}

function fail(problem) {
  if (problem.kind === "unauthorized") return void begin(problem);
  if (!problem.kind) console.error(problem);
  notice.hidden = false;
  notice.replaceChildren(text("p", whyFailed(problem)), button(say("try-again"), () => ask(), { kind: "plain" }));
}

function tick() {
  const every = open?.given?.every;
  const isDue = every && performance.now() - open.askedAt >= every;
  // What somebody is about to confirm must not change under their hands.
  if (isDue && !document.hidden && !document.querySelector("dialog[open]")) ask();
}
