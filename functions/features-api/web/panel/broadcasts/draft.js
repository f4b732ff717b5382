// A broadcast that is to be made: its texts with a look at them, whom it is for, and how fast.

import { act } from "../act.js";
import { button, field, make, section, text } from "../dom.js";
import { say } from "../words.js";
import { bubble } from "./markup.js";

export const LANGUAGES = ["ru", "en"];
/** What the button below every broadcast says; it is the bot's own. */
export const MUTE = { ru: "🔕 Не присылать", en: "🔕 Unsubscribe" };
/** Messages a second, unless somebody says otherwise, and at most. */
const PER_SECOND = 20;
const PER_SECOND_MAX = 25;

const NUMBERS = ["active_days", "inactive_days", "credits_min", "credits_max"];

/** What the API is asked for, of what stands in the form. What is empty is not said. */
export function asked(values) {
  const texts = Object.fromEntries(LANGUAGES.map((language) => [language, values[`text-${language}`].trim()]).filter(([, words]) => words));
  const labels = Object.fromEntries(Object.keys(texts).map((language) => [language, values[`label-${language}`].trim()]));
  const segment = {};
  for (const name of ["language", "tier", "plan"]) if (values[name].trim()) segment[name] = values[name].trim();
  for (const name of NUMBERS) if (String(values[name]).trim()) segment[name] = Number(values[name]);
  if (values.paid) segment.paid = values.paid === "yes";
  const users = values.users.split(/[\s,;]+/).filter(Boolean);
  if (users.length > 0) segment.users = users;
  const body = { texts, segment, per_second: Number(values.per_second) };
  if (values.photo.trim()) body.photo = values.photo.trim();
  if (values.url.trim()) body.link = { url: values.url.trim(), labels };
  return body;
}

/** What would stand in the form of a broadcast that is there, to make another like it. */
export function filled(one) {
  const segment = one?.segment ?? {};
  const values = { photo: one?.photo ?? "", url: one?.link?.url ?? "", per_second: one?.per_second ?? PER_SECOND, users: (segment.users ?? []).join("\n") };
  for (const language of LANGUAGES) {
    values[`text-${language}`] = one?.texts[language] ?? "";
    values[`label-${language}`] = one?.link?.labels[language] ?? "";
  }
  for (const name of ["language", "tier", "plan", ...NUMBERS]) values[name] = segment[name] ?? "";
  values.paid = segment.paid === undefined ? "" : segment.paid ? "yes" : "no";
  return values;
}

/** In which control what the server says is wrong stands, by its pointer. */
export function named(pointer) {
  const [, first = "", second = "", third = ""] = pointer.split("/");
  if (first === "texts") return `text-${second || "ru"}`;
  if (first === "link") return second === "url" ? "url" : `label-${third || "ru"}`;
  return first === "segment" ? second : first;
}

/** Draws the form. `like` is a broadcast to begin from; `made` is told the new one's name. */
export function draft(root, api, like, made) {
  const values = filled(like);
  const controls = {};
  const put = (name, label, control, hint = "") => {
    control.name = name;
    control.value = values[name];
    const node = field(label, control, { hint });
    controls[name] = { control, node };
    return node;
  };
  const wordy = (name) => make("input", { spellcheck: false, autocomplete: "off", ...(name === "photo" || name === "url" ? { inputMode: "url" } : {}) });
  const count = (least, most) => make("input", { type: "number", inputMode: "numeric", step: 1, min: least, max: most });
  const choice = (pairs) => make("select", {}, ...pairs.map(([value, words]) => make("option", { value, textContent: words })));
  const texts = LANGUAGES.map((language) => put(`text-${language}`, say(`text-${language}`), make("textarea", { rows: 6, lang: language }), say("text-hint")));
  const below = [
    put("photo", say("photo"), wordy("photo"), say("photo-hint")), put("url", say("link"), wordy("url"), say("link-hint")),
    ...LANGUAGES.map((language) => put(`label-${language}`, say(`label-${language}`), make("input", { maxLength: 64, lang: language }))),
  ];
  const whom = [
    put("language", say("language"), choice([["", say("any")], ["ru", "ru"], ["en", "en"]])),
    put("paid", say("has-paid"), choice([["", say("any")], ["yes", say("ever")], ["no", say("never")]])),
    put("tier", say("tier"), wordy("tier"), say("none-hint")), put("plan", say("plan"), wordy("plan"), say("none-hint")),
    put("active_days", say("active-days"), count(1, 3650)), put("inactive_days", say("inactive-days"), count(1, 3650)),
    put("credits_min", say("credits-min"), count(0)), put("credits_max", say("credits-max"), count(0)),
    put("users", say("only-these"), make("textarea", { rows: 2, spellcheck: false }), say("only-these-hint")),
    put("per_second", say("per-second"), count(1, PER_SECOND_MAX), say("per-second-hint")),
  ];
  const preview = make("div", { className: "bubbles", aria: { "aria-live": "polite" } });
  const now = () => Object.fromEntries(Object.entries(controls).map(([name, { control }]) => [name, control.value]));
  const look = () => preview.replaceChildren(...bubbles(asked(now())));
  const form = make("form", { noValidate: true }, section(say("what-it-says"), make("div", { className: "fields" }, ...texts, ...below)),
    section(say("preview"), preview), section(say("whom"), text("p", say("whom-about"), { className: "quiet" }), make("div", { className: "fields" }, ...whom)),
    make("div", { className: "row" }, make("button", { type: "submit", textContent: say("make-draft") }), button(say("back"), () => api.go("broadcasts"), { kind: "plain" })));
  form.addEventListener("input", look);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    for (const { node } of Object.values(controls)) node.fail("");
    // What a browser cannot read of a number it gives as nothing, and nothing would mean everybody.
    const bad = Object.values(controls).find(({ control }) => !control.checkValidity());
    if (bad) {
      bad.node.fail(bad.control.type === "number" ? say("no-number") : bad.control.validationMessage);
      return bad.control.focus();
    }
    const body = asked(now());
    let id = null;
    const done = await act(api, {
      title: say("make-draft"), entity: () => `broadcast#${id}`,
      does: () => [say("draft-does")],
      send: async ({ reason }) => {
        try {
          ({ id } = await api.ask("/admin/broadcasts", { body: { ...body, reason } }));
        } catch (problem) {
          controls[named(problem.pointer ?? "")]?.node.fail(problem.detail);
          throw problem;
        }
        return say("draft-made");
      },
    });
    if (done) made(id);
  });
  look();
  root.replaceChildren(form);
}

/** What customers will see, in each language that there is a text in. */
export function bubbles({ texts, photo, link }) {
  const written = LANGUAGES.filter((language) => texts[language]);
  if (written.length === 0) return [text("p", say("no-text"), { className: "quiet" })];
  return written.map((language) => make("figure", {}, make("figcaption", {}, text("b", say(`text-${language}`))),
    bubble({ html: texts[language], photo, button: link?.labels[language], mute: MUTE[language], lang: language })));
}
