// What the panel's pages are put together of.

import { number, say } from "./words.js";

/** Makes an element; `aria` and `data` are attributes of those kinds. Children that are `null` or `false` are left out. */
export function make(tag, properties = {}, ...children) {
  const { aria = {}, data = {}, ...rest } = properties;
  const node = Object.assign(document.createElement(tag), rest);
  for (const [name, value] of Object.entries(aria)) node.setAttribute(name, value);
  Object.assign(node.dataset, data);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Makes an element of a drawing. */
export function draw(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Draws a place anew and leaves the focus where it was, by the key of what had it. */
export function redraw(root, ...children) {
  const focused = root.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  root.replaceChildren(...children.flat().filter(Boolean));
  if (focused !== undefined) root.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

export const text = (tag, words, properties = {}) => make(tag, { textContent: words, ...properties });

/** A part of a page with its heading. */
export const section = (title, ...children) => make("section", {}, text("h2", title), ...children);

/** A button; `key` finds it again after the page was drawn anew. */
export function button(words, press, { kind = "", key = words, ...properties } = {}) {
  const node = make("button", { type: "button", textContent: words, className: kind, data: { key }, ...properties });
  node.addEventListener("click", press);
  return node;
}

/** A list of names and values; what is `null` is left out. */
export function facts(pairs) {
  const rows = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return make("dl", { className: "facts" }, ...rows.map(([name, value]) =>
    make("div", {}, text("dt", name), make("dd", {}, value))));
}

/** A figure above what it is a figure of; `kind` as of a mark. */
export const tile = (name, value, kind = "") =>
  make("div", { className: `tile ${kind}` }, text("b", typeof value === "number" ? number(value) : value), text("span", name));

export const tiles = (...all) => make("div", { className: "tiles" }, ...all);

/** A mark of a state: `good`, `bad`, `warn` or nothing. */
export const mark = (words, kind = "") => make("span", { className: `mark ${kind}`, textContent: words });

/**
 * A table that scrolls within itself; on a phone its rows stand as cards. `columns` are `[heading, cell of a row, is a number]`.
 */
export function table(caption, columns, rows, { empty = say("nothing") } = {}) {
  if (rows.length === 0) return text("p", empty, { className: "quiet" });
  // Said, because on a phone the styles lay it out as no table.
  const as = (role) => ({ aria: { role } });
  const head = make("tr", as("row"), ...columns.map(([heading, , isNumber]) =>
    text("th", heading, { scope: "col", className: isNumber ? "number" : "", ...as("columnheader") })));
  const line = (row) => make("tr", as("row"), ...columns.map(([heading, cell, isNumber]) => {
    const value = cell(row);
    // What is not known, or says nothing, is an empty cell: on a phone it is left out.
    return make("td", { className: isNumber ? "number" : "", data: { label: heading }, aria: { role: "cell" } }, value === undefined || value === "" ? null : value);
  }));
  return make("div", { className: "scroll", tabIndex: 0, aria: { role: "region", "aria-label": caption } },
    make("table", as("table"), text("caption", caption), make("thead", as("rowgroup"), head), make("tbody", as("rowgroup"), ...rows.map(line))));
}

let ids = 0;

/** A control with its label, a hint, and a place for what is wrong with it. */
export function field(label, control, { hint = "" } = {}) {
  ids += 1;
  control.id ||= `field-${ids}`;
  const wrong = make("p", { className: "wrong", id: `${control.id}-wrong`, hidden: true });
  const about = hint ? text("p", hint, { className: "quiet", id: `${control.id}-hint` }) : null;
  control.setAttribute("aria-describedby", [about?.id, wrong.id].filter(Boolean).join(" "));
  const node = make("div", { className: "field" }, make("label", { htmlFor: control.id, textContent: label }), control, about, wrong);
  node.fail = (why) => {
    Object.assign(wrong, { hidden: !why, textContent: why ?? "" });
    control.setAttribute("aria-invalid", String(Boolean(why)));
  };
  return node;
}

/** A line that is to be copied, such as a command. */
export function command(line) {
  const copy = button(say("copy"), async () => {
    await navigator.clipboard?.writeText(line).catch(() => {});
    copy.textContent = say("copied");
  }, { kind: "plain", key: `copy ${line}` });
  return make("div", { className: "command" }, text("code", line), copy);
}
