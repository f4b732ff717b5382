// The gallery: what was made, newest first, as cards; each is played when it is opened.

import { make } from "./elements.js";
import { asked, styled, told } from "./mine.js";
import { play } from "./player.js";
import { moment, number, say } from "./words.js";

const items = { all: [], next: undefined, problem: null, loading: false };
/** Small pictures of what was opened, by order. */
const posters = new Map();
const node = make("div", { className: "view" });

/** The view; it begins anew each time that it is opened. */
export async function gallery() {
  await styled;
  more(true);
  return node;
}

async function more(anew = false) {
  if (items.loading) return;
  items.loading = true;
  items.problem = null;
  draw();
  const shown = anew ? 0 : items.all.length;
  try {
    const cursor = anew || !items.next ? "" : `?cursor=${encodeURIComponent(items.next)}`;
    const page = await asked(`/me/gallery${cursor}`);
    // Only what was asked for behind a cursor comes after what is shown.
    Object.assign(items, { all: cursor ? [...items.all, ...page.items] : page.items, next: page.next });
  } catch (problem) {
    items.problem = problem;
  }
  items.loading = false;
  draw();
  if (!anew) node.querySelectorAll(".grid button")[shown]?.focus();
}

function draw() {
  const { all, next, problem, loading } = items;
  const grid = make("ul", { className: "grid" }, ...all.map(card));
  const older = make("button", { type: "button", className: "plain wide-button", disabled: loading,
    textContent: say(problem ? "try-again" : loading ? "loading" : "more") });
  older.addEventListener("click", () => more(all.length === 0));
  const empty = make("p", { className: "quiet", textContent: say(loading ? "loading" : "no-gallery") });
  node.replaceChildren(make("section", { className: "gallery", aria: { "aria-labelledby": "gallery-title", "aria-busy": String(loading) } },
    make("h2", { id: "gallery-title", textContent: say("tab-gallery") }),
    problem ? make("p", { className: "warns", aria: { role: "alert" }, textContent: told(problem) }) : null,
    all.length ? grid : problem ? null : empty,
    next || problem ? older : null));
}

function card(item) {
  const price = (item.by_plan ? say("by-plan") : say("credits", { credits: number(item.price) })).replaceAll(" ", "\u00a0");
  const poster = make("span", { className: "poster", aria: { "aria-hidden": "true" } });
  poster.dataset.makes = item.makes;
  poster.style.setProperty("--hue", hue(item.id));
  const url = posters.get(item.id);
  if (url) poster.append(make("img", { src: url, alt: "" }));
  if (item.duration_s) poster.append(make("span", { className: "length", textContent: say("seconds", { seconds: item.duration_s }) }));
  const button = make("button", { type: "button", className: "card", id: `made-${item.id}` }, poster,
    make("span", { className: "name", textContent: item.title }),
    item.words ? make("span", { className: "words", textContent: item.words }) : null,
    item.waits ? make("span", { className: "badge", textContent: say("waits") }) : null,
    make("small", { textContent: `${moment(item.created_at)} · ${price}` }));
  button.setAttribute("aria-label", [say("play", { what: say(`makes-${item.makes}`) }), item.title, item.words,
    item.waits ? say("waits") : "", moment(item.created_at), price].filter(Boolean).join(", "));
  button.addEventListener("click", () => play(item, { onPoster: (picture) => {
    posters.set(item.id, picture);
    draw();
  } }));
  return make("li", {}, button);
}

/** A colour of its own for each order, always the same. */
const hue = (id) => String([...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7));
