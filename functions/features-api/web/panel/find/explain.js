// Why a customer may or may not: a feature, layer by layer; an order for a model, as it would be decided now.

import { facts, field, make, mark, section, table, text } from "../dom.js";
import { moment, number, say, whyFailed, word } from "../words.js";

/** The part of a customer's page that answers. */
export function explain(api, user) {
  const choice = make("select", { name: "explained" });
  const photo = make("input", { type: "checkbox" });
  const high = make("input", { type: "checkbox" });
  const seconds = make("input", { type: "number", min: 1, inputMode: "numeric" });
  const answer = make("div", { className: "answer", aria: { "aria-live": "polite" } });
  const go = make("button", { type: "submit", textContent: say("explain"), disabled: true });
  const form = make("form", { className: "row explain" }, field(say("explain-what"), choice), field(say("explain-seconds"), seconds), make("label", { className: "check" }, photo, say("with-photo")), make("label", { className: "check" }, high, say("in-high-quality")), go);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    answer.replaceChildren();
    const [kind, key] = choice.value.split("/");
    try {
      const said = kind === "model"
        ? await api.ask(`/admin/explain/${user}/orders/${encodeURIComponent(key)}?${asked(photo, high, seconds)}`)
        : await api.ask(`/admin/explain/${user}/${encodeURIComponent(key)}`);
      answer.replaceChildren(...(kind === "model" ? order(said) : feature(said)));
    } catch (problem) {
      answer.replaceChildren(text("p", whyFailed(problem), { className: "wrong" }));
    }
  });
  choices(api, choice).then(() => { go.disabled = choice.options.length === 0; });
  const part = section(say("explain-title"), form, answer);
  // What was explained before something changed is not so any more.
  part.forget = () => answer.replaceChildren();
  return part;
}

/** What the order is to be like; without a length it is the model's first. */
function asked(photo, high, seconds) {
  const query = new URLSearchParams({ photo: photo.checked, high: high.checked });
  if (seconds.value) query.set("seconds", seconds.value);
  return query;
}

async function choices(api, choice) {
  const named = async (kind) => (await api.pages(`/admin/settings/${kind}?limit=100`, "rows", 5)).all;
  const group = (label, kind, rows) => make("optgroup", { label }, ...rows.map((row) => make("option", { value: `${kind}/${row.key}`, textContent: row.key })));
  try {
    const [models, features] = await Promise.all([named("models"), named("features")]);
    choice.replaceChildren(group(say("order-for"), "model", models), group(say("feature"), "feature", features));
  } catch (problem) {
    choice.replaceChildren(make("option", { textContent: whyFailed(problem), disabled: true }));
  }
}

/** What stands in the way of an order: the first step that does not pass. */
export const refusal = (steps) => steps.find((step) => !step.passes) ?? null;

function order(said) {
  const first = refusal(said.steps);
  const verdict = said.would_be_taken
    ? mark(say("would-be-taken", { cost: number(said.cost), by: said.paid_by }), "good")
    : mark(say("would-be-refused", { why: told(first) }), "bad");
  return [
    make("p", { className: "verdict" }, verdict),
    table(say("steps"), [
      [say("step"), (step) => told(step)],
      ["", (step) => mark(step.passes ? "✓" : "✗", step.passes ? "good" : "bad")],
      [say("used"), (step) => (step.used === undefined ? "" : number(step.used)), true],
      [say("of"), (step) => (step.max === undefined ? "" : number(step.max)), true],
      [say("until"), (step) => (step.until ? moment(step.until) : "")],
      [say("why"), (step) => [step.reason && step.reason !== "granted" ? word("reason", step.reason) : "", step.needs_tier ? say("needs-tier", { tier: step.needs_tier }) : "", step.shared ? say("of-all") : ""].filter(Boolean).join(", ")],
    ], said.steps),
    said.refusals.length ? table(say("refused-before"), [
      [say("when"), (refused) => moment(refused.at)],
      [say("why"), (refused) => reasonOf(refused.why)],
      [say("model"), (refused) => refused.model],
    ], said.refusals) : null,
  ].filter(Boolean);
}

/** Why an order was refused, `limit:videos`: which kind of reason, and what of it. */
export const reasonOf = (why) => {
  const [kind, about] = why.split(/:(.*)/s);
  return [word("refused", kind), about].filter(Boolean).join(": ");
};

const told = (step) => (step ? [word("step", step.step), step.key].filter(Boolean).join(": ") : "");

function feature(said) {
  const { check } = said;
  return [
    make("p", { className: "verdict" }, mark(check.has_access ? say("has-it") : say("has-not"), check.has_access ? "good" : "bad")),
    facts([
      [say("why"), word("reason", check.reason)],
      [say("source"), check.source],
      [say("value"), check.value === undefined || check.value === null ? null : JSON.stringify(check.value)],
      [say("until"), check.expires_at ? moment(check.expires_at) : null],
    ]),
    said.layers ? table(say("layers"), [
      [say("source"), (layer) => layer.source],
      [say("state"), (layer) => word("layer", layer.state)],
      [say("value"), (layer) => (layer.enabled === undefined ? "" : layer.enabled ? "✓" : "✗")],
      [say("decides"), (layer) => (layer.decides ?? []).join(", ")],
      [say("note"), (layer) => layer.note ?? ""],
    ], said.layers) : null,
    make("details", {}, text("summary", say("whole-path")), text("pre", JSON.stringify(said, null, 2), { tabIndex: 0 })),
  ].filter(Boolean);
}
