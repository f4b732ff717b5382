// The panel's words, in the reader's language, and how it writes numbers, moments and money.

import texts from "./texts.js";

let spoken = "en";

/** Speaks a language: `ru` or `en`. */
export function speak(language) {
  if (language in texts) spoken = language;
}

export const language = () => spoken;

/** A text with its values in place; what is not known is said by its name, so that a new word of the API is still seen. */
export function say(id, values = {}) {
  const words = texts[spoken][id] ?? texts.en[id] ?? id;
  return words.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

/** What a word of the API means; the word itself where nobody has said. */
export function word(kind, name) {
  return texts[spoken][`${kind}-${name}`] ?? name;
}

export const number = (value) => new Intl.NumberFormat(spoken).format(value);

/** A moment with its seconds, in the reader's own time. */
export function moment(at) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "";
  const today = date.toDateString() === new Date().toDateString();
  const style = today ? { timeStyle: "medium" } : { dateStyle: "short", timeStyle: "medium" };
  return new Intl.DateTimeFormat(spoken, style).format(date);
}

/** `14:03:59`. */
export const clock = (at) => new Intl.DateTimeFormat(spoken, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false }).format(at);

/** A span in ms: `45 s`, `12 min`, `3 h 05`, `2 d 4 h`. */
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} ${say("s")}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 90) return `${minutes} ${say("min")}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} ${say("h")} ${String(minutes % 60).padStart(2, "0")}`;
  return `${Math.floor(hours / 24)} ${say("d")} ${hours % 24} ${say("h")}`;
}

/** Kopecks as roubles, with the kopecks. */
export const roubles = (kopecks) => new Intl.NumberFormat(spoken, { style: "currency", currency: "RUB", currencyDisplay: "narrowSymbol" }).format(kopecks / 100);

/** Millionths of a dollar, to the cent upwards: what something costs is never told too low. */
export const dollars = (micro) => new Intl.NumberFormat(spoken, { style: "currency", currency: "USD", currencyDisplay: "narrowSymbol" }).format(Math.ceil(micro / 10_000) / 100);

/** Thousandths as percent. */
export const percent = (part, whole) => (whole === 0 ? "–" : new Intl.NumberFormat(spoken, { style: "percent", maximumFractionDigits: 1 }).format(part / whole));

/** Why there is no answer, and what to do. */
export function whyFailed(problem) {
  // What the panel itself has found out needs no more words.
  if (problem.isOwn) return problem.detail;
  const known = say(`failed-${problem.kind ?? "server"}`, { seconds: problem.retryAfterS || 10 });
  const detail = ["network", "unauthorized", "busy"].includes(problem.kind) ? "" : problem.detail ?? String(problem);
  return detail ? `${known} ${say("server-says")} ${detail}` : known;
}
