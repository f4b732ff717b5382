// Plays what was made: fetched in pieces, shown from memory. Closing it ends the fetching, and focus goes back to the card.

import { make } from "./elements.js";
import { asked, send, told } from "./mine.js";
import { whole } from "./pieces.js";
import { say } from "./words.js";

/** Files that are kept to be shown again at once. */
const KEPT_MAX = 3;
/** The longer side of the small picture on a card, in pixels. */
const POSTER_PX = 320;

const kept = new Map();

/** Opens the player of an item of the gallery. `onPoster(url)` gets a small picture of what is seen. */
export function play(item, { onPoster = () => {} } = {}) {
  const ends = new AbortController();
  const opener = document.activeElement;
  const stage = make("div", { className: "stage" });
  const line = make("p", { className: "quiet", aria: { role: "status" } });
  const close = make("button", { type: "button", className: "plain", autofocus: true, textContent: say("close") });
  const again = make("button", { type: "button", textContent: say("send-again") });
  const another = item.again ? make("a", { className: "button plain", id: "player-another", href: item.again, target: "_blank", rel: "noopener", textContent: say("again") }) : null;
  another?.addEventListener("click", toChat);
  const title = make("h2", { id: "player-title", textContent: `${say(`makes-${item.makes}`)} · ${item.title}` });
  const words = item.words ? make("p", { className: "words", textContent: item.words }) : null;
  const dialog = make("dialog", { className: "player", aria: { "aria-labelledby": "player-title" } },
    title, stage, words, line, make("div", { className: "buttons" }, again, another, close));
  close.addEventListener("click", () => dialog.close());
  again.addEventListener("click", () => sendAgain(item, again, line));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  const urls = [];
  dialog.addEventListener("close", () => {
    ends.abort();
    dialog.remove();
    for (const url of urls) URL.revokeObjectURL(url);
    // The grid may have been drawn anew meanwhile.
    (document.getElementById(opener?.id) ?? opener)?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  show();

  async function show() {
    const bar = make("progress", { max: 1, value: 0, aria: { "aria-label": say("loading") } });
    stage.replaceChildren(bar);
    try {
      const file = await fetched(item.id, ends.signal, (share) => {
        bar.value = share;
        line.textContent = say("fetching", { percent: Math.floor(share * 100) });
      });
      if (ends.signal.aborted) return;
      const url = URL.createObjectURL(file);
      urls.push(url);
      line.textContent = "";
      stage.replaceChildren(shown(item, url, { line, again, onPoster }));
    } catch (problem) {
      if (ends.signal.aborted) return;
      stage.replaceChildren();
      line.textContent = told(problem);
      again.focus();
    }
  }
}

/** A link into the chat: Telegram opens it itself, and the page makes room for what is said there. */
function toChat(event) {
  const app = globalThis.Telegram?.WebApp;
  const { href } = event.currentTarget;
  if (!app?.openTelegramLink || new URL(href).hostname !== "t.me") return;
  event.preventDefault();
  app.openTelegramLink(href);
  app.close();
}

async function fetched(id, signal, onProgress) {
  const known = kept.get(id);
  if (known) return known;
  const file = await whole(`/me/orders/${encodeURIComponent(id)}/file`, { send, signal, onProgress });
  kept.set(id, file);
  if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value);
  return file;
}

function shown(item, url, { line, again, onPoster }) {
  const label = { "aria-label": item.words || item.title };
  const failed = () => { line.textContent = say("cannot-play"); again.focus(); };
  if (item.makes === "image") {
    const picture = make("img", { alt: item.words || item.title });
    picture.addEventListener("load", () => onPoster(small(picture, picture.naturalWidth, picture.naturalHeight)));
    picture.addEventListener("error", failed);
    picture.src = url;
    return picture;
  }
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const media = make(item.makes === "video" ? "video" : "audio", { controls: true, playsInline: true, aria: label });
  media.addEventListener("error", failed);
  media.addEventListener("loadeddata", () => item.makes === "video" && onPoster(small(media, media.videoWidth, media.videoHeight)));
  media.src = url;
  // Whoever wants no motion begins it himself, and so does everybody where the browser will not.
  if (!still) media.play().catch(() => {});
  return media;
}

/** A small picture of what is seen. */
function small(source, width, height) {
  const scale = Math.min(1, POSTER_PX / Math.max(width, height, 1));
  const canvas = make("canvas", { width: Math.round(width * scale), height: Math.round(height * scale) });
  canvas.getContext("2d").drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.7);
}

async function sendAgain(item, button, line) {
  if (button.disabled) return;
  button.disabled = true;
  try {
    await asked(`/me/orders/${encodeURIComponent(item.id)}/send`, { method: "POST" });
    item.waits = false;
    line.textContent = say("sent-again");
  } catch (problem) {
    line.textContent = told(problem);
  }
  button.disabled = false;
}
