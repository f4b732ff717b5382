// What is going on: open orders by stage, those that are stuck, who renders, and what lies among the dead letters.

import { act } from "../act.js";
import { button, facts, make, mark, redraw, section, table, text, tile, tiles } from "../dom.js";
import { deadLetters } from "../now/dead.js";
import { moment, number, say, span, word } from "../words.js";

/** For how long an order is due before it counts as stuck, in ms: as the server has it. */
const STUCK_AFTER_MS = 3 * 60_000;
/** Pages of open orders that are read at once. */
const PAGES_MAX = 3;
/** How often providers are asked about again, in ms: what they did is read from the log. */
const PROVIDERS_EVERY_MS = 30_000;

export const now = { id: "now", title: "view-now", role: "viewer", mount };

function mount(root, api) {
  let providers = null;
  let askedAt = -Infinity;
  let drawn = "";
  const again = () => { askedAt = -Infinity; api.again(); };
  const dead = deadLetters(api, again);
  return {
    every: 5_000,
    async refresh() {
      const due = performance.now() - askedAt >= PROVIDERS_EVERY_MS;
      const asked = [api.pages("/admin/jobs?limit=100", "jobs", PAGES_MAX), due ? Promise.all([api.ask("/admin/providers"), api.ask("/admin/limits/usage"), api.ask("/admin/dead-letters?limit=0")]) : providers];
      const [jobs, others] = await Promise.all(asked);
      if (due) [providers, askedAt] = [others, performance.now()];
      const at = Date.now();
      const counted = byStage(jobs.all, at);
      const key = JSON.stringify([jobs, providers, dead.state, counted, Math.floor(at / 30_000)]);
      if (key === drawn) return;
      drawn = key;
      redraw(root, orders(api, jobs, counted, at), renderers(api, providers[0], again), shared(providers[1]), dead.draw(providers[2]));
    },
  };
}

/** Open orders by stage: `{ stage, count, oldestMs, stuck, expired }`, as they come in an order's life. */
export function byStage(jobs, at) {
  const stages = new Map();
  for (const job of jobs) {
    const stage = stages.get(job.stage) ?? { stage: job.stage, count: 0, oldestMs: 0, stuck: 0, expired: 0 };
    stage.count += 1;
    stage.oldestMs = Math.max(stage.oldestMs, at - Date.parse(job.accepted_at));
    if (isStuck(job, at)) stage.stuck += 1;
    if (isExpired(job, at)) stage.expired += 1;
    stages.set(job.stage, stage);
  }
  const order = ["QUEUED", "SUBMITTING", "UNKNOWN", "RUNNING", "RENDERED", "STORED"];
  const rank = (stage) => (order.includes(stage.stage) ? order.indexOf(stage.stage) : order.length);
  return [...stages.values()].sort((a, b) => rank(a) - rank(b));
}

export const isStuck = (job, at) => job.due_at !== undefined && Date.parse(job.due_at) <= at - STUCK_AFTER_MS;
export const isExpired = (job, at) => Date.parse(job.settle_at) <= at;

function orders(api, { all, more }, stages, at) {
  const worst = all.filter((job) => isStuck(job, at) || isExpired(job, at));
  const open = (job) => {
    const link = make("a", { href: `?v=find&q=${job.job}`, textContent: job.job, data: { key: job.job } });
    link.addEventListener("click", (event) => { event.preventDefault(); api.go("find", { q: job.job }); });
    return link;
  };
  const sum = (member) => stages.reduce((all_, stage) => all_ + stage[member], 0);
  return section(say("open-orders"),
    tiles(
      tile(say("open"), `${number(all.length)}${more ? "+" : ""}`),
      tile(say("stuck"), number(sum("stuck")), sum("stuck") ? "bad" : "good"),
      tile(say("expired"), number(sum("expired")), sum("expired") ? "bad" : "good")),
    table(say("open-by-stage"), [
      [say("stage"), (stage) => word("stage", stage.stage)],
      [say("orders"), (stage) => number(stage.count), true],
      [say("oldest"), (stage) => span(stage.oldestMs), true],
      [say("stuck"), (stage) => number(stage.stuck), true],
      [say("expired"), (stage) => number(stage.expired), true],
    ], stages, { empty: say("no-open-orders") }),
    worst.length ? table(say("stuck-or-expired"), [
      [say("order"), open],
      [say("stage"), (job) => word("stage", job.stage)],
      [say("provider"), (job) => job.provider],
      [say("model"), (job) => job.model],
      [say("age"), (job) => span(at - Date.parse(job.accepted_at)), true],
      [say("due"), (job) => (job.due_at ? moment(job.due_at) : "–")],
      [say("settled-by"), (job) => moment(job.settle_at)],
    ], worst.slice(0, 50)) : null,
    more ? text("p", say("more-open", { count: number(all.length) }), { className: "quiet" }) : null,
    meanings("stuck", "expired", "due", "settled-by"),
    text("p", say("cost-now", { units: number(Math.ceil(8 + all.length * 1.5)) }), { className: "quiet" }));
}

/** What words of a table mean, to be unfolded. */
const meanings = (...words) => make("details", { className: "meanings" }, text("summary", say("what-it-means")), facts(words.map((id) => [say(id), say(`${id}-means`)])));

// --- Who renders -----------------------------------------------------------------------------------------------------

/** How a provider stands: `no-such-provider` of one that only old orders name, `no-key-there`, `on`, `draining` while it has something in hand or may have, or `paused`. */
export function standing(one, allCounted = true) {
  if (!one.has_switch) return "no-such-provider";
  if (!one.has_key) return "no-key-there";
  if (one.is_on) return "on";
  return one.in_hand > 0 || !allCounted ? "draining" : "paused";
}

const KINDS = { "no-such-provider": "warn", "no-key-there": "warn", on: "good", draining: "warn", paused: "bad" };

function renderers(api, { providers, complete, open_complete: allCounted, takes_orders: takes }, changed) {
  const state = (one) => mark(say(standing(one, allCounted), { count: number(one.in_hand) }), KINDS[standing(one, allCounted)]);
  const errors = (one) => Object.entries(one.errors).sort((a, b) => b[1] - a[1]).map(([why, times]) => `${word("error", why)} ${times}`).join(", ") || "–";
  const press = (one) => (api.may("editor") && one.has_switch
    ? button(say(one.is_on ? "pause" : "resume"), () => pause(api, one).then((done) => done && changed()), { kind: "plain", key: `turn ${one.provider}` })
    : null);
  const orders_ = api.may("editor")
    ? button(say(takes ? "stop-orders" : "take-orders"), () => turn(api, !takes).then((done) => done && changed()), { kind: takes ? "danger" : "", key: "turn new_jobs" })
    : null;
  return section(say("providers"),
    make("div", { className: "row" }, text("span", say("new-orders")), takes ? mark(say("are-taken"), "good") : mark(say("are-stopped"), "bad"), orders_),
    table(say("providers"), [
      [say("provider"), (one) => one.provider],
      [say("state"), state],
      ["", press],
      [say("done-1h"), (one) => number(one.completed), true],
      [say("failed-1h"), (one) => number(one.failed), true],
      [say("in-hand"), (one) => number(one.in_hand), true],
      [say("waits-for-it"), (one) => number(one.waiting), true],
      [say("slowest"), (one) => (one.slowest_ms === undefined ? "–" : span(one.slowest_ms)), true],
      [say("why-failed"), errors],
      [say("models"), (one) => text("span", one.models.map((model) => (model.is_first ? model.model : `${model.model} ${say("as-another")}`)).join(", "), { className: "brief" })],
    ], providers),
    complete ? null : text("p", say("hour-not-whole"), { className: "quiet" }),
    allCounted ? null : text("p", say("open-not-whole"), { className: "quiet" }),
    text("p", say("breakers"), { className: "quiet" }), meanings("in-hand", "waits-for-it"));
}

/** Pauses a provider, or has it asked again. */
function pause(api, { provider, is_on: isOn, in_hand: count, models }) {
  const names = models.map((model) => model.model).join(", ");
  return act(api, {
    title: say(isOn ? "pause-it" : "resume-it", { provider }), danger: isOn, entity: `flag#provider-${provider}`,
    does: () => [say(isOn ? "provider-off" : "provider-on", { models: names, provider, count: number(count) })],
    send: async ({ reason }) => {
      const { version } = await api.ask(`/admin/providers/${encodeURIComponent(provider)}/${isOn ? "pause" : "resume"}`, { body: { reason } });
      return say("stands-as-version", { version });
    },
  });
}

/** Takes new orders, or no more. */
async function turn(api, on) {
  const flag = "new_jobs";
  let row = null;
  try {
    ({ row } = await api.ask(`/admin/settings/flags/${flag}`));
  } catch (problem) {
    if (problem.kind !== "missing") return api.fail(problem);
  }
  const next = switched(row, on);
  if (!next) return api.fail({ kind: "senseless", detail: say("flag-by-rule", { flag }) });
  return act(api, {
    title: say(on ? "switch-on" : "switch-off", { flag }),
    danger: !on,
    entity: `flag#${flag}`,
    does: () => [say(on ? "orders-on" : "orders-off")],
    send: async ({ reason }) => {
      const { version } = await api.ask(`/admin/settings/flags/${flag}`, { method: "PUT", body: { row: next, was: row, reason } });
      return say("stands-as-version", { version });
    },
  });
}

/** A switch's row as it is to be; `null` of a flag that goes by rules. */
export function switched(row, on) {
  if (row === null) return { enabled: on };
  if (typeof row.enabled === "boolean") return { ...row, enabled: on };
  return null;
}

// --- What all customers share ------------------------------------------------------------------------------------------

function shared({ limits }) {
  if (limits.length === 0) return null;
  return section(say("shared-limits"), table(say("shared-limits"), [
    [say("limit"), (one) => one.limit_id],
    [say("used"), (one) => number(one.used), true],
    [say("of"), (one) => number(one.limit), true],
    [say("share"), (one) => mark(`${one.share} %`, one.share >= 100 ? "bad" : one.share >= 80 ? "warn" : "")],
    [say("until"), (one) => (one.reset_at ? moment(one.reset_at) : "–")],
  ], limits));
}
