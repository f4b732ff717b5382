// Plays the Telegram client of one user. The server sends the whole chat whenever it changed; only what differs is
// drawn anew, so a video that plays goes on playing while another message is edited.
import { texts } from "./texts.js";
import { drawMessage } from "./message.js";
import { starsUi } from "./stars.js";

const $ = (id) => document.getElementById(id);
let userId = 0;
let view = null;
let events = null;
let seenNotices = null;
let lastActionMs = 0;
// What a link to the bot carries: Start hands it over, to whomever has started the bot before, too.
let carried = new URLSearchParams(location.search).get("start");
const drawn = new Map(); // message id → { node, json of its parts }

const t = () => texts[view?.user.language_code?.startsWith("ru") ? "ru" : "en"];

async function ask(path, body, type = "application/json") {
  const init = body === undefined ? {} : { method: "POST", headers: { "content-type": type }, body: type === "application/json" ? JSON.stringify(body) : body };
  const answer = await fetch(`client/${path}`, init);
  if (!answer.ok) { toast(inWords(await answer.text())); return null; }
  return answer.json();
}
const act = (what, body, type) => ask(`${userId}/${what}`, body, type);
const stars = starsUi(() => ({ view, t, act, ask, toast }));

// --- Users -----------------------------------------------------------------------------------------------------

async function begin() {
  const users = (await ask("users")) ?? [];
  const wanted = Number(location.hash.slice(1));
  const found = users.find((user) => user.id === wanted) ?? users[0];
  await become(found?.id ?? (await newUser()));
}

const NAMES = { ru: ["Аня", "Борис", "Вера", "Глеб"], en: ["Anna", "Boris", "Cora", "Dan"] };

async function newUser() {
  const language = (view?.user.language_code ?? navigator.language).startsWith("ru") ? "ru" : "en";
  const names = NAMES[language];
  const name = names[(view?.users.length ?? 0) % names.length];
  return (await ask("users", { first_name: name, language_code: language })).id;
}

async function become(id) {
  userId = id;
  history.replaceState(null, "", `${location.search}#${id}`);
  events?.close();
  seenNotices = null;
  drawn.clear();
  $("chat").replaceChildren();
  events = new EventSource(`client/${id}/events`);
  events.onmessage = (event) => draw(JSON.parse(event.data));
  events.onerror = () => { $("status").textContent = t()?.connecting ?? "connecting…"; };
}

// --- Drawing ---------------------------------------------------------------------------------------------------

function draw(next) {
  const chat = $("chat");
  const first = view === null || view.user.id !== next.user.id;
  view = next;
  document.documentElement.lang = t().lang;
  document.title = `${view.bot.name} · ${view.user.first_name}`;
  $("bot-name").textContent = view.bot.name;
  $("avatar").textContent = view.bot.name.slice(0, 2).toUpperCase();
  drawLabels();
  drawMiniApp();
  drawStatus();
  drawMessages(chat);
  drawNotices(first);
  stars.draw();
  if (first) atBottom = true;
  stayAtBottom();
}

// Who has scrolled up to read is left there; everyone else sees the newest message whole.
let atBottom = true;
function stayAtBottom() {
  if (atBottom) $("chat").scrollTop = $("chat").scrollHeight;
}
new ResizeObserver(stayAtBottom).observe($("chat"));

function drawLabels() {
  const labels = { "menu-open": t().menu, attach: t().attach, voice: t().voice, send: t().send, down: t().down, text: t().write, chat: t().chat };
  for (const [id, label] of Object.entries(labels)) $(id).setAttribute("aria-label", label);
  $("text").placeholder = t().write;
  const { started, blocked } = view.user;
  $("form").hidden = !started || blocked || carried !== null;
  $("start").hidden = started && !blocked && carried === null;
  $("start").textContent = blocked ? t().unblock : t().start;
  $("start").classList.toggle("quiet", blocked);
}

// The button that the bot has put beside the text field.
function drawMiniApp() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  $("mini-app").hidden = !view.mini_app;
  $("mini-app").textContent = view.mini_app ?? "";
  $("mini-app").href = `client/${userId}/mini-app?dark=${dark}`;
}

function drawStatus() {
  const action = view.action;
  if (action && action.at_ms !== lastActionMs) {
    lastActionMs = action.at_ms;
    $("status").textContent = t().actions[action.name] ?? action.name;
    $("status").classList.add("busy");
    setTimeout(rest, 5000);
  } else if (!action) rest();
}

function rest() {
  $("status").classList.remove("busy");
  $("status").textContent = `${t().bot} · @${view.bot.username}`;
}

function drawMessages(chat) {
  const ids = new Set(view.messages.map((message) => message.id));
  for (const [id, { node }] of drawn) if (!ids.has(id)) { node.remove(); drawn.delete(id); }
  chat.querySelector(".hint")?.remove();
  if (view.messages.length === 0) {
    const hint = Object.assign(document.createElement("p"), { className: "hint", textContent: t().empty });
    chat.append(hint);
  }
  const spins = new Set(view.spinning.map(([id, data]) => `${id} ${data}`));
  for (const message of view.messages) {
    const before = drawn.get(message.id);
    const now = drawMessage(before, message, { t: t(), spins, press, say, remove, pay: stars.open, told: stars.told });
    if (!before) { chat.append(now.node); drawn.set(message.id, now); }
  }
}

function drawNotices(first) {
  if (first || seenNotices === null) {
    seenNotices = new Set(view.notices.map((notice) => notice.id));
    return;
  }
  for (const notice of view.notices) {
    if (seenNotices.has(notice.id)) continue;
    seenNotices.add(notice.id);
    if (notice.alert) { $("alert-text").textContent = notice.text; $("alert").showModal(); } else toast(notice.text);
  }
}

// What a person can cause is said in their language; the rest is for whoever develops.
function inWords(error) {
  if (error.includes("not a picture")) return t().notAPicture;
  if (error.includes("too few Stars")) return t().tooFew;
  return /has blocked the bot/.test(error) ? t().blocked : error;
}

let toastTimer = 0;
function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $("toast").hidden = true; }, 3500);
}

// --- Doing -----------------------------------------------------------------------------------------------------

function say(text) {
  atBottom = true;
  return act("say", { text });
}

const remove = (id) => act("delete", { message_id: id });

function start() {
  const text = carried === null ? "/start" : `/start ${carried}`;
  carried = null;
  history.replaceState(null, "", `${location.pathname}#${userId}`);
  return say(text);
}

// A client that unblocks a bot starts it again in the same breath.
const restart = () => act("blocked", { blocked: false }).then((done) => done && start());

const press = (id, data) => act("press", { message_id: id, data });

$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text) return;
  $("text").value = "";
  drawCommands();
  say(text);
});
$("text").addEventListener("keydown", (event) => {
  if (commandKey(event)) return event.preventDefault();
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); $("form").requestSubmit(); }
});
// The address of an invoice opens it here, wherever it stands.
$("chat").addEventListener("click", (event) => {
  const slug = event.target.closest("a")?.href.match(/\/\/t\.me\/\$([\w-]+)$/)?.[1];
  if (slug) { event.preventDefault(); stars.open(slug); }
});
$("start").addEventListener("click", () => (view.user.blocked ? restart() : start()));
$("down").addEventListener("click", () => { $("chat").scrollTop = $("chat").scrollHeight; });
$("chat").addEventListener("scroll", () => {
  const { scrollHeight, scrollTop, clientHeight } = $("chat");
  atBottom = scrollHeight - scrollTop - clientHeight < 80;
  $("down").hidden = atBottom;
});

// --- Commands: typing "/" lists them -----------------------------------------------------------------------------

let chosen = 0;
const matching = () => {
  const typed = $("text").value;
  return /^\/\w*$/.test(typed) ? view.commands.filter((command) => `/${command.command}`.startsWith(typed)) : [];
};

function drawCommands() {
  const list = matching();
  chosen = Math.min(chosen, Math.max(0, list.length - 1));
  $("commands").hidden = list.length === 0;
  $("commands").replaceChildren(...list.map((command, index) => {
    const item = document.createElement("li");
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(index === chosen));
    const name = Object.assign(document.createElement("b"), { textContent: `/${command.command}` });
    item.append(name, Object.assign(document.createElement("span"), { textContent: command.description }));
    item.addEventListener("click", () => takeCommand(command));
    return item;
  }));
}

function takeCommand(command) {
  $("text").value = "";
  drawCommands();
  $("text").focus();
  say(`/${command.command}`);
}

function commandKey(event) {
  const list = matching();
  if (list.length === 0) return false;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    chosen = (chosen + (event.key === "ArrowDown" ? 1 : list.length - 1)) % list.length;
    drawCommands();
    return true;
  }
  if (event.key === "Enter" || event.key === "Tab") { takeCommand(list[chosen]); return true; }
  if (event.key === "Escape") { $("text").value = ""; drawCommands(); return true; }
  return false;
}
$("text").addEventListener("input", () => { chosen = 0; drawCommands(); });

// --- The menu: language, blocking, other users -------------------------------------------------------------------

function menuButton(label, run, { checked, danger } = {}) {
  const button = Object.assign(document.createElement("button"), { textContent: label, type: "button" });
  button.setAttribute("role", checked === undefined ? "menuitem" : "menuitemradio");
  if (checked !== undefined) button.setAttribute("aria-checked", String(checked));
  button.classList.toggle("danger", Boolean(danger));
  button.addEventListener("click", () => { openMenu(false); run(); });
  return button;
}

function openMenu(open) {
  $("menu").hidden = !open;
  $("menu-open").setAttribute("aria-expanded", String(open));
  if (!open) return;
  const { user, users } = view;
  const speaks = (code) => Boolean(user.language_code?.startsWith(code));
  const line = () => document.createElement("hr");
  $("menu").replaceChildren(
    ...users.map((other) => menuButton(`👤 ${other.first_name} · ${other.id}`, () => become(other.id), { checked: other.id === user.id })),
    menuButton(`➕ ${t().newUser}`, async () => become(await newUser())),
    line(),
    menuButton(`⭐ ${t().stars} · ${view.stars.balance.toLocaleString(t().lang)}`, stars.openWindow),
    line(),
    menuButton("🇷🇺 Русский", () => act("language", { language_code: "ru" }), { checked: speaks("ru") }),
    menuButton("🇬🇧 English", () => act("language", { language_code: "en" }), { checked: speaks("en") }),
    line(),
    user.blocked
      ? menuButton(`🔓 ${t().unblock}`, restart)
      : menuButton(`🚫 ${t().block}`, () => act("blocked", { blocked: true }), { danger: true }),
  );
  $("menu").querySelector("button").focus();
}

$("menu-open").addEventListener("click", () => openMenu($("menu").hidden));
$("menu").addEventListener("keydown", (event) => {
  const buttons = [...$("menu").querySelectorAll("button")];
  const at = buttons.indexOf(document.activeElement);
  if (event.key === "ArrowDown") buttons[(at + 1) % buttons.length].focus();
  if (event.key === "ArrowUp") buttons[(at + buttons.length - 1) % buttons.length].focus();
  if (event.key === "Escape") { openMenu(false); $("menu-open").focus(); }
});
document.addEventListener("click", (event) => {
  if (!$("menu").hidden && !event.target.closest(".menu, #menu-open")) openMenu(false);
});

// --- Photos: chosen, pasted or dropped ---------------------------------------------------------------------------

let photo = null;

async function offerPhoto(file) {
  if (!file?.type.startsWith("image/") || $("form").hidden) return;
  photo = ["image/jpeg", "image/png"].includes(file.type) ? file : await asJpeg(file);
  if (!photo) return toast(t().notAPicture);
  $("photo-title").textContent = t().sendPhoto;
  $("photo-cancel").textContent = t().cancel;
  $("photo-send").textContent = t().send;
  $("caption").placeholder = t().caption;
  $("caption").setAttribute("aria-label", t().caption);
  $("caption").value = $("text").value;
  $("preview").src = URL.createObjectURL(photo);
  $("photo").showModal();
  $("caption").focus();
}

// A client turns whatever its system shows into JPEG before it sends it.
async function asJpeg(file) {
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) return null;
  const canvas = Object.assign(document.createElement("canvas"), { width: bitmap.width, height: bitmap.height });
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
}

// There is no microphone here: what is written is what is said.
$("voice").addEventListener("click", () => {
  const text = $("text").value.trim();
  if (!text) return toast(t().sayWhat);
  $("text").value = "";
  atBottom = true;
  act("voice", { text });
});
$("attach").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", () => { offerPhoto($("file").files[0]); $("file").value = ""; });
$("photo").addEventListener("close", () => {
  URL.revokeObjectURL($("preview").src);
  if ($("photo").returnValue !== "send") return;
  $("text").value = "";
  atBottom = true;
  act(`photo?caption=${encodeURIComponent($("caption").value.trim())}`, photo, photo.type);
});
$("caption").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); $("photo-send").click(); }
});
document.addEventListener("paste", (event) => {
  const file = [...(event.clipboardData?.files ?? [])].find((one) => one.type.startsWith("image/"));
  if (file) { event.preventDefault(); offerPhoto(file); }
});
const phone = document.querySelector(".phone");
phone.addEventListener("dragover", (event) => { event.preventDefault(); phone.classList.add("dropping"); });
phone.addEventListener("dragleave", (event) => { if (!phone.contains(event.relatedTarget)) phone.classList.remove("dropping"); });
phone.addEventListener("drop", (event) => { event.preventDefault(); phone.classList.remove("dropping"); offerPhoto(event.dataTransfer.files[0]); });

begin();
