// What is said to customers, from the catalogues of the bot.

import texts from "./texts.js";
import { launch } from "./launch.js";

let spoken = launch().language;

/** Speaks another language: `ru` or `en`. */
export function speak(language) {
  if (language in texts) spoken = language;
}

export const language = () => spoken;

/** A text with its values in place. */
export function say(id, values = {}) {
  const text = texts[spoken][`web-${id}`] ?? id;
  return text.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

/** A whole number, in groups of three digits. */
export const number = (value) => new Intl.NumberFormat(spoken).format(value);

/** A moment, in the reader's own time. */
export function moment(at) {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();
  const style = today ? { timeStyle: "short" } : { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" };
  // An hour does not stand in one line and its minutes, or "PM", in the next.
  return new Intl.DateTimeFormat(spoken, style).format(date).replaceAll(" ", "\u00a0");
}

/** A time to wait, in ms; it stays in one line. */
export const span = (ms) => wait(ms).replaceAll(" ", "\u00a0");

function wait(ms) {
  const minutes = Math.ceil(ms / 60_000);
  if (minutes < 1) return say("soon");
  if (minutes < 60) return say("minutes", { minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return say("hours", { hours, minutes: minutes % 60 });
  return say("days", { days: Math.floor(hours / 24), hours: hours % 24 });
}

/** Why there is no answer, and what to do. */
export function whyFailed(problem) {
  return say(`failed-${problem.kind}`, { seconds: problem.retryAfterS || 10 });
}
