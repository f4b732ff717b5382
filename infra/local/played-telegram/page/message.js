// Draws one message. Its parts (media, text, buttons) are each drawn anew only when they changed.

const element = (tag, className, ...children) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
};

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};
const SAFE_URL = /^(https?|tg|mailto):/i;

function link(url, ...children) {
  if (!SAFE_URL.test(url)) return element("span", "", ...children);
  const node = element("a", "", ...children);
  Object.assign(node, { href: url, target: "_blank", rel: "noopener noreferrer" });
  return node;
}

function wrap(entity, children, inner) {
  if (entity.type === "text_link") return link(entity.url, ...children);
  if (entity.type === "url") return link(inner, ...children);
  if (entity.type === "spoiler") {
    const node = element("span", "spoiler", ...children);
    node.tabIndex = 0;
    return node;
  }
  return element(TAGS[entity.type] ?? "span", "", ...children);
}

// Plain text: addresses become links, commands can be tapped.
function plain(text, say) {
  const parts = text.split(/(https?:\/\/[^\s<>"]+|(?<=^|\s)\/[a-z0-9_]{1,32}\b)/);
  return parts.filter(Boolean).map((part) => {
    if (/^https?:/.test(part)) return link(part, part);
    if (!/^\/[a-z0-9_]+$/.test(part)) return part;
    const command = element("button", "link", part);
    command.addEventListener("click", () => say(part));
    return command;
  });
}

// Entities nest and never cross; they come sorted, outer before inner. Offsets are UTF-16, as in this language.
function formatted(text, entities, from, to, say) {
  const nodes = [];
  let at = from;
  for (let i = 0; i < entities.length; i += 1) {
    const entity = entities[i];
    const end = entity.offset + entity.length;
    if (entity.offset < at || end > to) continue;
    nodes.push(...plain(text.slice(at, entity.offset), say));
    const inner = text.slice(entity.offset, end);
    const rest = entities.slice(i + 1);
    nodes.push(wrap(entity, ["code", "pre"].includes(entity.type) ? [inner] : formatted(text, rest, entity.offset, end, say), inner));
    // A block ends its own line: the line break after it is no empty line.
    const isBlock = ["blockquote", "pre"].includes(TAGS[entity.type]);
    at = isBlock && text[end] === "\n" && end < to ? end + 1 : end;
  }
  nodes.push(...plain(text.slice(at, to), say));
  return nodes;
}

// As wide as a phone allows, but never so tall that the picture does not fit beside its buttons.
function mediaWidth({ kind, width, height }) {
  if (kind === "audio") return 300;
  if (kind === "document") return 200;
  return Math.round(Math.min(340, Math.max(200, (420 * width) / height)));
}

function mediaNode(media) {
  if (!media) return [];
  if (media.kind === "document") {
    const file = element("a", "file", "📎");
    file.href = media.url;
    file.download = "";
    return [file];
  }
  const node = document.createElement({ video: "video", audio: "audio" }[media.kind] ?? "img");
  if (media.kind === "audio") {
    Object.assign(node, { className: "sound", controls: true, preload: "auto", src: media.url });
    return [node];
  }
  node.className = "media";
  node.style.aspectRatio = `${media.width} / ${media.height}`;
  if (media.kind === "video") {
    Object.assign(node, { controls: true, loop: true, muted: true, playsInline: true, preload: "auto" });
    node.autoplay = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  } else node.alt = "";
  node.src = media.url;
  return [node];
}

// What is offered; the price stands on its button.
function invoiceNode({ title, description }) {
  return element("div", "invoice", element("span", "star", "⭐"), element("strong", "", title), element("p", "", description));
}

function textNode(message, { t, say, told }) {
  if (message.service) return element("p", "told", told(message.service));
  const time = new Date(message.at_ms).toLocaleTimeString(t.lang, { hour: "2-digit", minute: "2-digit" });
  const meta = element("span", "meta", `${message.edited ? `${t.edited} ` : ""}${time}${message.mine ? " ✓✓" : ""}`);
  const parts = formatted(message.text, message.entities, 0, message.text.length, say);
  const invoice = message.invoice ? [invoiceNode(message.invoice)] : [];
  return element("div", message.text || message.invoice ? "text" : "text none", ...invoice, ...parts, meta);
}

function keysNode(message, { spins, press, pay, t }) {
  const key = (button) => {
    if (button.pay) {
      const { slug, paid, stars, own_button } = message.invoice;
      const label = own_button ? button.text : t.payKey.replace("{stars}", `⭐${stars.toLocaleString(t.lang)}`);
      const node = element("button", "pay", paid ? t.receipt : label);
      node.disabled = paid;
      node.addEventListener("click", () => pay(slug, message.id));
      return node;
    }
    if (button.url) return link(button.url, button.text);
    const node = element("button", spins.has(`${message.id} ${button.data}`) ? "spins" : "", button.text);
    if (node.className) node.setAttribute("aria-busy", "true");
    if (button.data === null) node.disabled = true;
    else node.addEventListener("click", () => { node.classList.add("spins"); press(message.id, button.data); });
    return node;
  };
  return element("div", "keys", ...message.buttons.map((row) => element("div", "row", ...row.map(key))));
}

// A keyboard drawn anew must not take the focus away from the one who uses it.
function replaceKeys(place, node) {
  const buttons = [...place.querySelectorAll("button, a")];
  const at = buttons.indexOf(document.activeElement);
  place.replaceChildren(node);
  if (at >= 0) place.querySelectorAll("button, a")[at]?.focus();
}

export function drawMessage(before, message, context) {
  const spinning = message.buttons.flat().filter((button) => context.spins.has(`${message.id} ${button.data}`));
  const is = {
    media: JSON.stringify(message.media),
    text: JSON.stringify([message.text, message.entities, message.edited, message.at_ms, message.service, context.t.lang]),
    keys: JSON.stringify([message.buttons, spinning, message.edits, message.invoice?.paid, context.t.lang]),
  };
  const drawn = before ?? frame(message, context);
  if (drawn.is.media !== is.media) drawn.media.replaceChildren(...mediaNode(message.media));
  if (drawn.is.text !== is.text) drawn.text.replaceChildren(textNode(message, context));
  if (drawn.is.keys !== is.keys) replaceKeys(drawn.keys, keysNode(message, context));
  drawn.bubble.classList.toggle("only-media", Boolean(message.media) && !message.text);
  if (before && drawn.edits !== message.edits) {
    drawn.bubble.classList.remove("changed");
    requestAnimationFrame(() => drawn.bubble.classList.add("changed"));
  }
  drawn.bubble.style.width = message.media ? `${mediaWidth(message.media)}px` : "";
  return Object.assign(drawn, { is, edits: message.edits });
}

function frame(message, { t, remove }) {
  const parts = { media: element("div"), text: element("div"), keys: element("div") };
  const gone = element("button", "remove", "✕");
  gone.setAttribute("aria-label", t.remove);
  gone.title = t.remove;
  gone.addEventListener("click", () => remove(message.id));
  const bubble = element("div", "bubble", parts.media, parts.text, gone);
  const kind = message.service ? "message service" : message.mine ? "message mine" : "message";
  const node = element("article", kind, bubble, parts.keys);
  node.dataset.id = message.id;
  return { node, bubble, ...parts, is: {}, edits: message.edits };
}
