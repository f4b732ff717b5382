// Charts as drawings of our own, each with the same numbers as a table for whoever does not see drawings.

import { draw, make, table, text } from "./dom.js";
import { say } from "./words.js";

const HEIGHT = 150;
const WIDTH = 400;
const FOOT = 19;
const TOP = 17;

/** The least round number of 1, 2 or 5 and noughts that is not less. */
export function roundUp(value) {
  if (!(value > 0)) return 1;
  const step = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((times) => times * step).find((round) => round >= value * (1 - 1e-12));
}

/** Where columns stand: for each label its parts from the bottom up, as `{ x, y, width, height, part }`, in the drawing's units. */
export function columnsOf(series, count, most) {
  const slot = WIDTH / Math.max(1, count);
  const width = Math.max(1, Math.min(slot * 0.7, 48));
  const room = HEIGHT - FOOT - TOP;
  return Array.from({ length: count }, (_, at) => {
    let y = HEIGHT - FOOT;
    return series.map(({ values }, part) => {
      const height = (Math.max(0, values[at] ?? 0) / most) * room;
      y -= height;
      return { x: at * slot + (slot - width) / 2, y, width, height, part };
    });
  });
}

/**
 * Columns, one for each label, of one series or of several on top of each other. `series` are `{ name, values, kind }` with the
 * kinds of the styles (`good`, `bad`, `warn`, `plain`); `tells` writes a number; `top` is what the highest column could reach, where that is
 * fixed. A value that is `null` is not known, and said so.
 */
export function columns({ title, labels, series, tells = String, note = "", top = 0 }) {
  const sums = labels.map((_, at) => series.reduce((sum, one) => sum + Math.max(0, one.values[at] ?? 0), 0));
  const most = top || roundUp(Math.max(0, ...sums));
  const every = Math.ceil(labels.length / 7);
  const heading = text("h3", title);
  if (sums.every((sum) => sum === 0)) {
    return make("figure", { className: "chart" }, make("figcaption", {}, heading), text("p", say("no-figures"), { className: "quiet" }));
  }
  const bars = columnsOf(series, labels.length, most).flatMap((parts, at) => parts
    .filter((bar) => bar.height > 0)
    .map(({ part, ...place }) => draw("rect", { ...place, rx: 2, class: series[part].kind ?? "plain" },
      draw("title", {}, `${labels[at]}: ${series[part].name} ${tells(series[part].values[at])}`))));
  const slot = WIDTH / Math.max(1, labels.length);
  const names = labels.map((label, at) => (at % every === 0 ? draw("text", { x: at * slot + slot / 2, y: HEIGHT - 4, "text-anchor": "middle" }, label) : null));
  const sketch = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${title}. ${say("chart-below")}` },
    draw("line", { x1: 0, x2: WIDTH, y1: TOP, y2: TOP, class: "grid" }),
    draw("line", { x1: 0, x2: WIDTH, y1: HEIGHT - FOOT, y2: HEIGHT - FOOT, class: "grid" }),
    draw("text", { x: 0, y: TOP - 3 }, tells(most)), ...bars, ...names);
  const cell = (one) => (row) => (one.values[row.at] === null || one.values[row.at] === undefined ? say("not-known") : tells(one.values[row.at]));
  const rows = labels.map((label, at) => ({ label, at }));
  const legend = series.length > 1
    ? make("ul", { className: "legend" }, ...series.map((one) => make("li", { className: one.kind ?? "plain" }, one.name)))
    : null;
  return make("figure", { className: "chart" },
    make("figcaption", {}, heading, legend), sketch,
    note ? text("p", note, { className: "quiet" }) : null,
    make("details", {}, text("summary", say("as-table")),
      table(title, [[say("time"), (row) => row.label], ...series.map((one) => [one.name, cell(one), true])], rows)));
}
