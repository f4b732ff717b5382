// A text in Telegram's HTML as its reader will see it. Nothing of it is handed to the browser as HTML: it is read here, and
// drawn node by node. Whether Telegram takes it is the server's to say, when it is saved.

import { make } from "../dom.js";

/** Telegram's tags, by the element that looks like it. */
const TAGS = {
  b: "b", strong: "b", i: "i", em: "i", u: "u", ins: "u", s: "s", strike: "s", del: "s", code: "code", pre: "pre",
  blockquote: "blockquote", span: "span", "tg-spoiler": "span", a: "a",
};
const ENTITIES = { lt: "<", gt: ">", amp: "&", quot: '"' };

/** What a text consists of: a list of texts and of `{ tag, href, inner }`. What is no tag of Telegram's stays as it is written. */
export function parsed(html) {
  const open = [{ inner: [] }];
  const add = (node) => open.at(-1).inner.push(node);
  const words = (text) => text && add(plain(text));
  let rest = html;
  for (let found; (found = /<(\/?)([a-z-]+)((?:\s[^<>]*)?)>/i.exec(rest)) !== null;) {
    const [whole, closes, name, attributes] = found;
    words(rest.slice(0, found.index));
    rest = rest.slice(found.index + whole.length);
    const tag = name.toLowerCase();
    if (!Object.hasOwn(TAGS, tag)) add(whole);
    else if (!closes) {
      const node = { tag, href: /^\s*href="(https:\/\/[^"]+)"\s*$/.exec(attributes)?.[1], inner: [] };
      add(node);
      open.push(node);
    } else if (open.length > 1 && open.at(-1).tag === tag) open.pop();
    else add(whole);
  }
  words(rest);
  return open[0].inner;
}

const plain = (text) => text.replace(/&(lt|gt|amp|quot|#x[0-9a-f]{1,6}|#[0-9]{1,7});/gi, (whole, name) => {
  if (!name.startsWith("#")) return ENTITIES[name.toLowerCase()] ?? whole;
  const code = Number(name[1].toLowerCase() === "x" ? `0${name.slice(1)}` : name.slice(1));
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
});

/** The words alone, in one line. */
export function line(html) {
  const words = (nodes) => nodes.map((node) => (typeof node === "string" ? node : words(node.inner))).join("");
  return words(parsed(html)).replace(/\s+/g, " ").trim();
}

/** The message as it will stand in a chat: its photo's place, its text, and its buttons. */
export function bubble({ html, photo, button, mute, lang }) {
  const drawn = (nodes) => nodes.map((node) => {
    if (typeof node === "string") return node;
    const spoils = node.tag === "tg-spoiler" || node.tag === "span";
    const element = make(TAGS[node.tag], { className: spoils ? "spoiler" : "" }, ...drawn(node.inner));
    // Not followed from here: nobody leaves the panel by a slip.
    if (node.tag === "a") Object.assign(element, { title: node.href ?? "" });
    return element;
  });
  return make("div", { className: "bubble", lang },
    photo ? make("p", { className: "photo quiet", textContent: photo }) : null,
    make("div", { className: "said" }, ...drawn(parsed(html))),
    button ? make("div", { className: "below", textContent: `${button} ↗` }) : null,
    make("div", { className: "below", textContent: mute }));
}
