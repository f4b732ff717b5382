// Whatever changes something is asked for once more: what will happen, and why. The reason goes into the audit, and the entry
// that it became is shown afterwards.

import { button, facts, field, make, text } from "./dom.js";
import { moment, say, whyFailed } from "./words.js";

/** The longest reason that the audit takes, in characters that are all of one byte. */
const REASON_CHARS_MAX = 1000;

/**
 * Opens a dialog. `fields` are `{ name, label, control, hint, pointer, read }`; `does` says in words what will happen, anew with
 * every change of a field; `send` gets the values with `reason` and gives what to say when it is done; `entity` names what the
 * audit will call it, or gives the name once it is done. Gives whether it was done.
 */
export function act(api, { title, does, fields = [], send, entity = null, danger = false, reason = true }) {
  const why = make("textarea", { rows: 2, required: reason, maxLength: REASON_CHARS_MAX });
  const asked = reason ? [...fields, { name: "reason", label: say("reason"), control: why, hint: say("reason-hint"), pointer: "/reason" }] : fields;
  const shownFields = asked.map((one) => ({ ...one, node: field(one.label, one.control, { hint: one.hint }) }));
  const values = () => Object.fromEntries(asked.map((one) => [one.name, one.read ? one.read(one.control) : one.control.value.trim()]));
  const will = make("div", { className: "will", aria: { "aria-live": "polite" } });
  const wrong = make("p", { className: "wrong", aria: { role: "alert" }, hidden: true });
  const go = make("button", { type: "submit", textContent: title, className: danger ? "danger" : "" });
  const stop = button(say("cancel"), () => dialog.close(), { kind: "plain" });
  const form = make("form", { noValidate: true }, text("h2", title), will, ...shownFields.map((one) => one.node), wrong, make("div", { className: "row" }, go, stop));
  const dialog = make("dialog", { className: "act", aria: { "aria-label": title } }, form);
  const tell = () => will.replaceChildren(...[does(values())].flat().map((line) => (typeof line === "string" ? text("p", line) : line)));
  form.addEventListener("input", tell);
  form.addEventListener("change", tell);
  tell();
  let done = false;
  const fail = (problem) => {
    const at = shownFields.find((one) => one.pointer && problem.pointer === one.pointer);
    if (at) {
      at.node.fail(problem.detail);
      at.control.focus();
    } else {
      Object.assign(wrong, { hidden: false, textContent: whyFailed(problem) });
    }
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    wrong.hidden = true;
    for (const one of shownFields) one.node.fail("");
    const empty = shownFields.find((one) => one.control.required && !one.control.value.trim());
    if (empty) {
      empty.node.fail(say("is-needed"));
      empty.control.focus();
      return;
    }
    go.disabled = true;
    try {
      const said = await send(values());
      done = true;
      await close(said);
    } catch (problem) {
      fail(problem);
    }
    go.disabled = false;
  });
  /** What it came to, with the audit's own entry of it. */
  const close = async (said) => {
    const entry = entity ? await latest(api, typeof entity === "function" ? entity() : entity) : null;
    const back = button(say("close"), () => dialog.close());
    dialog.replaceChildren(make("div", { className: "done", aria: { role: "status" } }, text("h2", say("done")), text("p", said ?? ""), entry, make("div", { className: "row" }, back)));
    back.focus();
  };
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((over) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      over(done);
    });
  });
}

/** The latest entry of the audit about something. */
async function latest(api, entity) {
  try {
    const { entries } = await api.ask(`/admin/audit/entities/${encodeURIComponent(entity)}?limit=1`);
    const [entry] = entries;
    return entry ? make("div", { className: "entry" }, text("h3", say("audit-entry")), told(entry)) : null;
  } catch {
    return null;
  }
}

/** An entry of the audit. */
export const told = (entry) => facts([
  [say("what"), `${entry.entity} · ${entry.action}`],
  [say("who"), entry.who],
  [say("when"), moment(entry.at)],
  [say("why"), entry.reason || "–"],
  [say("note"), entry.note],
]);

/** A name for something that must not happen twice, however often it is sent. */
export function onceName() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `panel-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
