// A customer: the account, what they were given, their orders, payments and ledger; and what an operator does about them.

import { act, onceName } from "../act.js";
import { differences, shown } from "../diff.js";
import { button, facts, make, mark, section, table, text, tile, tiles } from "../dom.js";
import { explain } from "./explain.js";
import { linked, payments } from "./lists.js";
import { moment, number, say, span, word } from "../words.js";

/** How long no orders are taken of somebody, in days; the last is what "for good" comes to. */
const SUSPENSIONS = [1, 7, 30, 3650];
const DAY_MS = 24 * 60 * 60_000;

/** Gives what draws a customer. */
export function customer(api, id) {
  const asked = explain(api, id);
  return async () => {
    const [account, ledger, orders, paid, changes] = await Promise.all([
      api.ask(`/admin/accounts/${id}`),
      api.ask(`/admin/accounts/${id}/ledger`),
      api.ask(`/admin/users/${id}/requests?limit=20`),
      api.ask(`/admin/payments?user=${id}&limit=20`),
      api.ask(`/admin/audit/entities/${encodeURIComponent(`user#${id}`)}?limit=20`),
    ]);
    asked.forget();
    return [
      head(account), actions(api, account), money(account), limits(account), standing(api, account), asked,
      section(say("orders"), ordersTable(api, orders.requests), orders.next ? text("p", say("older-there"), { className: "quiet" }) : null),
      section(say("payments"), payments(api, paid.payments), paid.next ? text("p", say("older-there"), { className: "quiet" }) : null),
      section(say("ledger"), book(ledger)),
      section(say("audit"), done(changes.entries)),
    ];
  };
}

function head(account) {
  const states = [
    account.suspended_until ? mark(say("suspended-until", { time: moment(account.suspended_until) }), "bad") : null,
    account.debt ? mark(say("owes", { credits: number(account.debt) }), "bad") : null,
    account.is_blocked ? mark(say("has-blocked"), "warn") : null,
    account.strikes ? mark(say("strikes", { count: number(account.strikes) }), "warn") : null,
  ];
  return make("div", { className: "row" }, text("h2", say("customer", { id: account.user })), ...states);
}

function money(account) {
  return section(say("credits"),
    tiles(
      tile(say("available"), account.available), tile(say("held"), account.held), tile(say("captured"), account.captured), tile(say("granted"), account.granted)),
    facts([
      [say("set-aside"), account.aside ? number(account.aside) : null],
      [say("clawed"), account.clawed ? number(account.clawed) : null],
      [say("forfeited"), account.forfeited ? number(account.forfeited) : null],
      [say("open"), `${number(account.open_jobs.length)} / ${number(account.open_jobs_max)}`],
      [say("parked"), account.parked.length ? number(account.parked.length) : null],
      [say("language"), account.locale],
    ]));
}

function limits(account) {
  return section(say("limits"), table(say("limits"), [
    [say("limit"), (one) => one.name],
    [say("used"), (one) => number(one.used), true],
    [say("of"), (one) => number(one.limit), true],
    [say("left"), (one) => mark(number(one.left), one.left === 0 ? "bad" : one.warns ? "warn" : ""), true],
    [say("until"), (one) => (one.resets_at ? moment(one.resets_at) : say("when-one-ends"))],
  ], account.limits));
}

// --- What was given --------------------------------------------------------------------------------------------------

function standing(api, account) {
  const things = Object.entries(account.standing);
  const until = (one) => (one && typeof one === "object" && one.valid_until ? moment(one.valid_until) : "–");
  const value = (one) => {
    if (one === true) return "✓";
    if (typeof one !== "object") return String(one);
    return one.key ?? (one.value === undefined ? (one.count === undefined ? "✓" : number(one.count)) : JSON.stringify(one.value));
  };
  const take = ([name]) => {
    const change = taken(name);
    return change && api.may("editor")
      ? button(say("take"), () => act(api, {
        title: say("take-thing", { name }), danger: true, entity: `user#${account.user}`,
        does: () => [say("take-does", { name })],
        send: async ({ reason }) => { await api.ask(`/admin/standings/${account.user}`, { body: { ...change, reason } }); return say("holds-now"); },
      }).then((done) => done && api.again()), { kind: "plain", key: `take ${name}` })
      : null;
  };
  return section(say("standing"),
    table(say("standing"), [
      [say("thing"), ([name]) => word("thing", name)],
      [say("value"), ([, one]) => value(one)],
      [say("until"), ([, one]) => until(one)],
      [say("why"), ([, one]) => one?.reason ?? ""],
      ["", take],
    ], things, { empty: say("nothing-given") }));
}

/** The change that takes a thing away, by its name in a standing; `null` of what is no gift. */
export function taken(name) {
  const [kind, ...rest] = name.split(".");
  const key = rest.join(".");
  switch (kind) {
    case "tier": return { change: "tier" };
    case "plan": return { change: "plan" };
    case "country": return { change: "country" };
    case "addons": return { change: "remove_addon", key };
    case "overrides": return { change: "clear_override", key };
    case "roles": return { change: "remove_role", key };
    default: return null;
  }
}

// --- What is done about a customer -------------------------------------------------------------------------------------

function actions(api, account) {
  const user = account.user;
  const again = (done) => done && api.again();
  const may = (role, ...buttons) => (api.may(role) ? buttons : []);
  const isOut = Boolean(account.suspended_until);
  return make("div", { className: "row actions" },
    ...may("owner", button(say("give-credits"), () => give(api, account).then(again))),
    ...may("editor",
      button(say("give-thing"), () => grant(api, user).then(again), { kind: "plain" }),
      isOut ? null : button(say("suspend"), () => suspend(api, user).then(again), { kind: "danger" }),
      isOut || account.strikes ? button(say(isOut ? "unsuspend" : "clear-strikes"), () => clear(api, account).then(again), { kind: "plain" }) : null));
}

function give(api, { user, available }) {
  const credits = make("input", { type: "number", min: 1, max: 10_000, step: 1, value: "1", required: true, inputMode: "numeric" });
  const request = make("input", { value: onceName(), required: true, maxLength: 200, spellcheck: false });
  return act(api, {
    title: say("give-credits"), entity: `user#${user}`,
    fields: [
      { name: "credits", label: say("how-many"), control: credits, pointer: "/credits", read: (control) => Number(control.value) },
      { name: "request", label: say("gift-name"), control: request, hint: say("gift-name-hint"), pointer: "/request" },
    ],
    does: (values) => [say("give-does", { user, credits: number(values.credits || 0), before: number(available), after: number(available + (values.credits || 0)) })],
    send: async ({ credits: count, request: name, reason }) => {
      const gave = await api.ask(`/admin/accounts/${user}/credits`, { body: { credits: count, request: name, reason } });
      return gave.given ? say("gave", { credits: number(gave.credits) }) : say("gave-before", { time: moment(gave.at) });
    },
  });
}

function suspend(api, user) {
  const days = make("select", {}, ...SUSPENSIONS.map((one) => make("option", { value: String(one), textContent: one > 365 ? say("for-good") : span(one * DAY_MS) })));
  const until = (values) => new Date(Date.now() + Number(values.days) * DAY_MS);
  return act(api, {
    title: say("suspend"), danger: true, entity: `user#${user}`,
    fields: [{ name: "days", label: say("how-long"), control: days, pointer: "/valid_until" }],
    does: (values) => [say("suspend-does", { user, time: moment(until(values)) })],
    send: async (values) => {
      const valid_until = until(values).toISOString().replace(/\.\d+Z$/, "Z");
      await api.ask(`/admin/standings/${user}`, { body: { change: "suspend", valid_until, reason: values.reason } });
      return say("holds-now");
    },
  });
}

function clear(api, { user, suspended_until: until }) {
  return act(api, {
    title: say(until ? "unsuspend" : "clear-strikes"), entity: `user#${user}`,
    does: () => [say("clear-does", { user })],
    send: async ({ reason }) => {
      await api.ask(`/admin/standings/${user}`, { body: { change: "clear_strikes", reason } });
      return say("holds-now");
    },
  });
}

/** What can be given, by the word of the change. */
const GIFTS = { tier: "key", plan: "key", add_addon: "key", set_override: "key", add_role: "key", country: "key" };

function grant(api, user) {
  const change = make("select", {}, ...Object.keys(GIFTS).map((one) => make("option", { value: one, textContent: word("change", one) })));
  const key = make("input", { required: true, spellcheck: false });
  const value = make("input", { value: "true", spellcheck: false });
  const days = make("input", { type: "number", min: 1, step: 1, placeholder: "30" });
  const body = (values) => {
    const sent = { change: values.change, key: values.key, reason: values.reason };
    if (values.days && !["add_role", "country"].includes(values.change)) sent.valid_until = new Date(Date.now() + values.days * DAY_MS).toISOString().replace(/\.\d+Z$/, "Z");
    if (values.change === "set_override") sent.value = JSON.parse(values.value);
    return sent;
  };
  return act(api, {
    title: say("give-thing"), entity: `user#${user}`,
    fields: [
      { name: "change", label: say("what"), control: change },
      { name: "key", label: say("which"), control: key, hint: say("which-hint"), pointer: "/key" },
      { name: "value", label: say("value"), control: value, hint: say("value-hint"), pointer: "/value" },
      { name: "days", label: say("days"), control: days, hint: say("days-hint"), pointer: "/valid_until", read: (control) => Number(control.value) || 0 },
    ],
    does: (values) => [say("grant-does", { user, what: word("change", values.change), key: values.key || "…", time: values.days ? moment(Date.now() + values.days * DAY_MS) : say("always") })],
    send: async (values) => {
      await api.ask(`/admin/standings/${user}`, { body: body(values) });
      return say("holds-now");
    },
  });
}

// --- Lists -------------------------------------------------------------------------------------------------------------

function ordersTable(api, requests) {
  return table(say("orders"), [
    [say("when"), (one) => moment(one.at)],
    [say("order"), (one) => linked(api, one.id)],
    [say("state"), (one) => mark(word("status", one.status), one.status === "completed" ? "good" : one.status === "failed" ? "bad" : "")],
    [say("model"), (one) => one.model],
    [say("took"), (one) => (one.took_ms === undefined ? "–" : span(one.took_ms)), true],
    [say("credits"), (one) => number(one.credits), true],
    [say("why-failed"), (one) => (one.error ? word("error", one.error) : "")],
  ], requests);
}

/** What operators did, each in a line. */
function done(entries) {
  const said = (path, value) => (path.endsWith("until_ms") && typeof value === "number" ? moment(value) : shown(value));
  const became = (entry) => differences(entry.old ?? {}, entry.new ?? {}).map(({ path, old, new: fresh }) =>
    `${path.replace(/\.?until_ms$/, ` ${say("until").toLowerCase()}`)}: ${[old, fresh].map((value) => said(path, value) || "–").join(" → ")}`).join("; ");
  return table(say("audit"), [
    [say("when"), (entry) => moment(entry.at)],
    [say("who"), (entry) => entry.who],
    [say("what"), (entry) => entry.action],
    [say("changes"), (entry) => text("span", became(entry), { className: "brief" })],
    [say("why"), (entry) => entry.reason],
  ], entries);
}

function book({ entries, complete }) {
  return [
    table(say("ledger"), [
      [say("when"), (one) => moment(one.at)],
      [say("entry"), (one) => one.entry],
      [say("credits"), (one) => number(one.credits), true],
      [say("why"), (one) => one.reason ?? ""],
    ], entries.slice(0, 50)),
    entries.length > 50 || !complete ? text("p", say("ledger-longer", { count: number(entries.length) }), { className: "quiet" }) : null,
  ];
}
