// How Telegram opened the page: who, in which language, in which colours.
//
// Telegram puts it into the address behind `#`, from where its own script reads it as well. So the page need not wait for that
// script, and works where it is slow to come.
// Source: core.telegram.org/bots/webapps, and what telegram-web-app.js does.

/** `initData` is empty outside Telegram. */
export function launch() {
  const place = new URLSearchParams(globalThis.location?.hash.slice(1) ?? "");
  const initData = globalThis.Telegram?.WebApp?.initData || place.get("tgWebAppData") || "";
  return { initData, language: language(initData), theme: parsed(place.get("tgWebAppThemeParams")) };
}

/** Who speaks one of these is better served in Russian than in English, as in the bot. */
const RUSSIAN = ["ru", "be", "kk", "ky", "uz", "tg", "tt", "ba"];

/** The language of whoever opened it; outside Telegram, the browser's. */
function language(initData) {
  const user = parsed(new URLSearchParams(initData).get("user"));
  const code = user?.language_code ?? globalThis.navigator?.language ?? "en";
  return RUSSIAN.includes(code.toLowerCase().split(/[-_]/)[0]) ? "ru" : "en";
}

function parsed(text) {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

const COLOUR = /^#[0-9a-f]{6}$/i;

/** Puts Telegram's colours on the page under the names that its own script gives them. */
export function paint(theme, root = document.documentElement) {
  for (const [name, colour] of Object.entries(theme ?? {})) {
    if (COLOUR.test(colour)) root.style.setProperty(`--tg-theme-${name.replaceAll("_", "-")}`, colour);
  }
  const [button, words] = [theme?.button_color, theme?.button_text_color];
  if (COLOUR.test(button ?? "") && COLOUR.test(words ?? "")) root.style.setProperty("--gate-fill", legible(button, words));
  const ground = theme?.bg_color;
  if (COLOUR.test(ground ?? "")) root.dataset.scheme = isDark(ground) ? "dark" : "light";
}

/** The least contrast of words that are read (WCAG 2.2, 1.4.3). */
const CONTRAST_MIN = 4.5;

/** A colour for a button like Telegram's own, as much darker or lighter as its words need to be read: not all of its are. */
export function legible(button, words) {
  const end = luminance(words) > luminance(button) ? 0 : 255;
  let parts = rgb(button);
  for (let steps = 0; steps < 20 && contrast(parts, rgb(words)) < CONTRAST_MIN; steps += 1) {
    parts = parts.map((part) => Math.round(part + (end - part) * 0.08));
  }
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

const rgb = (colour) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

function luminance(colour) {
  const parts = Array.isArray(colour) ? colour : rgb(colour);
  const [red, green, blue] = parts.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function isDark(colour) {
  const [red, green, blue] = rgb(colour);
  return red * 299 + green * 587 + blue * 114 < 128_000;
}

/** Runs `then` with Telegram's own script, once it is there; never, if it never comes. */
export function withTelegram(then) {
  const app = () => globalThis.Telegram?.WebApp;
  if (app()) then(app());
  else document.getElementById("telegram")?.addEventListener("load", () => app() && then(app()));
}
