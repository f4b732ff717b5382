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
  const ground = theme?.bg_color;
  if (COLOUR.test(ground ?? "")) root.dataset.scheme = isDark(ground) ? "dark" : "light";
}

function isDark(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return red * 299 + green * 587 + blue * 114 < 128_000;
}

/** Runs `then` with Telegram's own script, once it is there; never, if it never comes. */
export function withTelegram(then) {
  const app = () => globalThis.Telegram?.WebApp;
  if (app()) then(app());
  else document.getElementById("telegram")?.addEventListener("load", () => app() && then(app()));
}
