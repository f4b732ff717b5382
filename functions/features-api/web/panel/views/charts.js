// A day or a week in drawings: how much, how well, how fast, and what it brought and cost.

import { columns } from "../chart.js";
import { reasonOf } from "../find/explain.js";
import { button, make, mark, redraw, section, table, text, tile, tiles } from "../dom.js";
import { dollars, number, percent, roubles, say, span, word } from "../words.js";

const DAY_MS = 24 * 60 * 60_000;
/** Days that are kept at most: as many as a chart has. */
const DAYS_KEPT = 7;
/** The figures are of days in Moscow, as the report's are. */
const MOSCOW_MS = 3 * 60 * 60_000;
/** After how long a day that is over is asked for again, in ms, where something of it was still under way or it was too long for one
 * answer. Every other is asked for once. */
const SETTLES_MS = 15 * 60_000;
/** Days that are over, by their names: `{ figures, until }`, in ms. */
const over = new Map();

export const charts = { id: "charts", title: "view-charts", role: "viewer", mount };

/** The last days up to a moment, the first first, as `2026-11-23`. */
export const daysUpTo = (at, count) => Array.from({ length: count }, (_, back) => new Date(at + MOSCOW_MS - (count - 1 - back) * DAY_MS).toISOString().slice(0, 10));

/** Until when a day that is over needs not be asked for again, in ms. */
export const keptUntil = (figures, at) => (figures.complete && figures.all.open === 0 ? Infinity : at + SETTLES_MS);

function mount(root, api) {
  const days = api.params.get("days") === "7" ? 7 : 1;
  const tabs = make("div", { className: "tabs" }, ...[1, 7].map((count) => {
    const tab = button(say(count === 1 ? "a-day" : "a-week"), () => api.go("charts", { days: count }), { kind: "tab" });
    if (count === days) tab.setAttribute("aria-current", "true");
    return tab;
  }));
  const drawn = make("div", { className: "drawings" });
  root.append(tabs, drawn);
  let before = "";
  return {
    // A day is a part of the log: it is read anew once a minute.
    every: 60_000,
    async refresh() {
      const all = [];
      let units = 0;
      for (const day of daysUpTo(Date.now(), days)) {
        const known = over.get(day);
        if (known && known.until > Date.now()) {
          all.push(known.figures);
          continue;
        }
        const figures = await api.ask(`/admin/figures?day=${day}`);
        units += figures.read.units;
        if (figures.is_over) over.set(day, { figures, until: keptUntil(figures, Date.now()) });
        all.push(figures);
      }
      for (const day of over.keys()) if (!daysUpTo(Date.now(), DAYS_KEPT).includes(day)) over.delete(day);
      const now = JSON.stringify(all);
      if (now === before) return;
      before = now;
      redraw(drawn, ...(days === 1 ? ofDay(all[0]) : ofWeek(all)), text("p", say("cost-charts", { units: number(units) }), { className: "quiet" }));
    },
  };
}

function ofDay(day) {
  const labels = day.hours.map((_, hour) => String(hour));
  return [
    sums([day]),
    day.complete ? null : text("p", say("day-not-whole"), { className: "wrong" }),
    ...operations(labels, day.hours),
    columns({ title: say("chart-cost"), labels, tells: dollars, series: [{ name: say("cost"), values: day.hours.map((hour) => hour.cost_micro_usd) }], note: costNote([day]) }),
    columns({ title: say("chart-refusals"), labels: GROUPS.map(({ id }) => say(id)), tells: number, series: [{ name: say("refusals"), values: GROUPS.map((group) => refusedBy(day, group)), kind: "bad" }] }),
    money(day.tills), refusals([day]), errors([day]),
  ];
}

function ofWeek(days) {
  const labels = days.map((day) => day.day.slice(5));
  const minutes = (ms) => (ms === undefined ? null : ms);
  return [
    sums(days),
    days.every((day) => day.complete) ? null : text("p", say("day-not-whole"), { className: "wrong" }),
    ...operations(labels, days.map((day) => day.all)),
    columns({ title: say("chart-time"), labels, tells: span, series: [{ name: say("median"), values: days.map((day) => minutes(day.video_median_ms)) }] }),
    columns({ title: say("chart-time-95"), labels, tells: span, series: [{ name: say("p95"), values: days.map((day) => minutes(day.video_p95_ms)) }] }),
    columns({ title: say("chart-cost"), labels, tells: dollars, series: [{ name: say("cost"), values: days.map((day) => day.all.cost_micro_usd) }], note: costNote(days) }),
    columns({ title: say("chart-revenue"), labels, tells: roubles, series: [{ name: say("revenue"), values: days.map((day) => day.revenue_kopecks ?? null), kind: "good" }], note: days.some((day) => day.revenue_kopecks === undefined) ? say("no-rate") : "" }),
    columns({ title: say("chart-refusals"), labels, tells: number, series: GROUPS.map((group) => ({ name: say(group.id), values: days.map((day) => refusedBy(day, group)), kind: group.kind })) }),
    table(say("margin"), [
      [say("day"), (day) => day.day],
      [say("revenue"), (day) => (day.revenue_kopecks === undefined ? say("not-known") : roubles(day.revenue_kopecks)), true],
      [say("margin"), (day) => (day.margin_kopecks === undefined ? say("not-known") : mark(roubles(day.margin_kopecks), day.margin_kopecks < 0 ? "bad" : "good")), true],
    ], days),
    refusals(days), errors(days),
  ];
}

const sum = (list, of) => list.reduce((all, one) => all + of(one), 0);

function operations(labels, sums) {
  return [
    columns({ title: say("chart-volume"), labels, tells: number, series: [
      { name: say("completed"), values: sums.map((one) => one.completed), kind: "good" },
      { name: say("failed"), values: sums.map((one) => one.failed), kind: "bad" },
      { name: say("taken-back"), values: sums.map((one) => one.canceled), kind: "warn" },
      { name: say("under-way"), values: sums.map((one) => one.open), kind: "plain" },
    ] }),
    columns({ title: say("chart-success"), labels, tells: (part) => percent(part, 1000), top: 1000, series: [{ name: say("success"), values: sums.map(success), kind: "good" }] }),
  ];
}

/** Thousandths of what ended that is done; `null` if nothing ended. */
export function success({ completed, failed }) {
  return completed + failed === 0 ? null : Math.round((completed * 1000) / (completed + failed));
}

function sums(days) {
  const of = (member) => sum(days, (day) => day.all[member]);
  const last = days.at(-1);
  const known = days.every((day) => day.margin_kopecks !== undefined);
  const earned = known ? sum(days, (day) => day.margin_kopecks) : null;
  const revenue = days.every((day) => day.revenue_kopecks !== undefined) ? roubles(sum(days, (day) => day.revenue_kopecks)) : say("not-known");
  return tiles(
    tile(say("operations"), number(of("requests"))),
    tile(say("success"), percent(of("completed"), of("completed") + of("failed"))),
    tile(say("time-to-video"), last.video_median_ms === undefined ? "–" : span(last.video_median_ms)),
    tile(say("cost"), dollars(of("cost_micro_usd"))),
    tile(say("revenue"), revenue),
    tile(say("margin"), known ? roubles(earned) : say("not-known"), known && earned < 0 ? "bad" : ""),
    tile(say("refusals"), number(sum(days, (day) => sum(refused(day), ([, times]) => times)))));
}

/** What the cost is without: what nobody knows, and what there is no rate for. */
export const costNote = (days) => ["unpriced", "unrated"]
  .map((member) => [member, sum(days, (day) => day.all[member])])
  .filter(([, count]) => count)
  .map(([member, count]) => say(member, { count: number(count) }))
  .join(" ");

function money(tills) {
  return section(say("takings"), table(say("takings"), [
    [say("rail"), (till) => till.rail],
    [say("payments"), (till) => number(till.payments), true],
    [say("came"), (till) => minor(till.came_minor, till.currency), true],
    [say("gone-back"), (till) => minor(till.back_minor, till.currency), true],
  ], tills));
}

/** The smallest unit of a currency, written in the currency: Stars have no parts. */
export const minor = (value, currency) => (currency === "XTR" ? `⭐ ${number(value)}` : `${number(value / 100)} ${currency}`);

function added(days, pairs) {
  const all = new Map();
  for (const day of days) for (const [name, times] of pairs(day)) all.set(name, (all.get(name) ?? 0) + times);
  return [...all].sort((a, b) => b[1] - a[1]);
}

/** What an order is refused by, as it is drawn: by the kinds of reasons that each group has; the last has all others. */
const GROUPS = [
  { id: "refused-by-limits", kind: "warn", has: ["limit", "open_orders"] },
  { id: "refused-by-money", kind: "plain", has: ["credits", "debt"] },
  { id: "refused-by-rights", kind: "good", has: ["feature", "model_unavailable", "choice_unavailable"] },
  { id: "refused-by-words", kind: "bad", has: ["moderated", "flagged", "unchecked", "suspended", "prompt_too_short", "prompt_too_long"] },
  { id: "refused-by-else", kind: "grey", has: [] },
];

/** Every reason why orders of a day were refused, as `limit:videos` or `credits`, with how often. */
export const refused = (day) => [...day.refusals.map((one) => [`limit:${one.limit}`, one.times]), ...Object.entries(day.held_back ?? {})];

/** How often orders of a day were refused by one of the groups. */
const refusedBy = (day, group) => sum(refused(day).filter(([why]) => groupOf(why) === group), ([, times]) => times);

/** Where a reason is drawn; one that nobody has heard of is among the others. */
export const groupOf = (why) => GROUPS.find(({ has }) => has.includes(why.split(":")[0])) ?? GROUPS.at(-1);

function refusals(days) {
  return section(say("refusals-by-limit"), table(say("refusals-by-limit"), [
    [say("why"), ([why]) => reasonOf(why)], [say("times"), ([, times]) => number(times), true],
  ], added(days, refused)));
}

function errors(days) {
  return section(say("why-failed"), table(say("why-failed"), [
    [say("why"), ([why]) => word("error", why)], [say("times"), ([, times]) => number(times), true],
  ], added(days, (day) => Object.entries(day.errors))));
}
