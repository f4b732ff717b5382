// Elements for any page. Each draws itself anew with every answer that the client gets.
//
//   <feature-button feature="hd">Sharper</feature-button>      a button; what is locked says what opens it instead
//   <feature-section feature="hd">… <p slot="fallback">…</p></feature-section>   there, or else its fallback or the card below
//   <model-selector name="model" kind="video"></model-selector>   a choice of the models that are open
//   <tier-badge></tier-badge>                                  the customer's tier
//   <usage-indicator feature="chat"></usage-indicator>         what is used of the scarcest limit, as a bar
//   <upgrade-prompt-card feature="hd" heading="…" text="…" benefits="…; …" href="…"></upgrade-prompt-card>
//   <premium-banner href="…"></premium-banner>                 what else could be opened; absent where nothing
//
// What is no feature may be a flag: `feature="new_look"` is open where the flag `new_look` is true.
//
// They stand in the page itself, not in shadows: its styles reach them, and forms take their values.

import { FeatureGate } from "./client.js";
import { number, say, span, whyFailed } from "./words.js";

// They speak the language of whoever signed in, or else the browser's; a page may say another: `speak("ru")`.
export { speak } from "./words.js";

const style = document.createElement("link");
style.rel = "stylesheet";
style.href = new URL("./elements.css", import.meta.url);
document.head.append(style);

/** Makes an element. */
export function make(tag, properties = {}, ...children) {
  const { aria = {}, ...rest } = properties;
  const node = Object.assign(document.createElement(tag), rest);
  for (const [name, value] of Object.entries(aria)) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** A bar that says in words what it shows. */
export function bar(value, max, words) {
  const node = make("progress", { max: Math.max(1, max), value: Math.min(value, max) });
  node.setAttribute("aria-label", words);
  if (max > 0 && value >= max) node.dataset.full = "";
  return node;
}

/** What would open a feature. */
export function opens({ enabled, unlocked_by: by, usage, reason }) {
  if (enabled) return "";
  const { tier_names: tiers = {}, addon_names: addons = {} } = FeatureGate.all;
  const ways = [];
  if (by?.tier) ways.push(say("opens-tier", { tier: tiers[by.tier] ?? by.tier }));
  for (const addon of by?.addons ?? []) ways.push(say("opens-addon", { addon: addons[addon] ?? addon }));
  if (reason === "limit_reached" && usage?.reset_at) ways.push(resets(usage.reset_at));
  return ways.join(". ") || say("opens-nothing");
}

/** When a limit has room again. */
export function resets(at) {
  return at ? say("resets", { time: span(new Date(at) - Date.now()) }) : say("when-done");
}

/** What stands where nothing is known yet: that it is asked for, or why there is no answer. */
const unknown = () => (FeatureGate.problem ? whyFailed(FeatureGate.problem) : say("loading"));

class Drawn extends HTMLElement {
  static observedAttributes = ["feature", "kind", "heading", "text", "benefits", "href"];
  #again = () => this.draw();

  connectedCallback() {
    for (const name of ["features-updated", "features-failed"]) FeatureGate.target.addEventListener(name, this.#again);
    this.begin?.();
    this.draw();
  }

  disconnectedCallback() {
    for (const name of ["features-updated", "features-failed"]) FeatureGate.target.removeEventListener(name, this.#again);
  }

  attributeChangedCallback() { if (this.isConnected) this.draw(); }

  get status() { return FeatureGate.getStatus(this.getAttribute("feature") ?? ""); }
}

class FeatureButton extends Drawn {
  #button;

  begin() {
    if (this.#button) return;
    this.#button = this.querySelector("button") ?? make("button", { type: "button" }, ...this.childNodes);
    this.append(this.#button);
    // Before whatever the page does with the press.
    this.addEventListener("click", (event) => {
      if (this.status.enabled) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      FeatureGate.showUpgrade(this.getAttribute("feature"));
    }, { capture: true });
  }

  draw() {
    const locked = !this.status.enabled;
    this.toggleAttribute("locked", locked);
    if (!this.#button) return;
    const hint = locked && FeatureGate.isKnown ? opens(this.status) : "";
    this.#button.title = hint;
    if (hint) this.#button.setAttribute("aria-description", `${say("locked")}. ${hint}`);
    else this.#button.removeAttribute("aria-description");
  }
}

class FeatureSection extends Drawn {
  #card;

  draw() {
    const { enabled } = this.status;
    const fallbacks = [...this.children].filter((child) => child.slot === "fallback");
    for (const child of this.children) child.hidden = child === this.#card ? enabled : enabled === fallbacks.includes(child);
    if (enabled || fallbacks.length > 0 || this.#card || !FeatureGate.isKnown) return;
    this.#card = make("upgrade-prompt-card", { aria: { feature: this.getAttribute("feature") ?? "" } });
    this.append(this.#card);
  }
}

class ModelSelector extends Drawn {
  #select;

  /** The chosen model's name. */
  get value() { return this.#select?.value ?? ""; }

  begin() {
    if (this.#select) return;
    this.#select = make("select", { name: this.getAttribute("name") ?? "model" });
    const words = make("span", { textContent: this.getAttribute("label") ?? say("model") });
    this.append(make("label", {}, words, this.#select));
  }

  draw() {
    if (!this.#select) return;
    const models = FeatureGate.getAvailableModels(this.getAttribute("kind") ?? undefined);
    const { value } = this.#select;
    const cheapest = ({ prices }) => Math.min(...prices.map((price) => price.credits));
    const name = (model) => (model.prices.length ? say("price-from", { name: model.model_name, credits: number(cheapest(model)) }) : model.model_name);
    const options = models.map((model) => make("option", { value: model.model_id, textContent: name(model) }));
    const none = () => make("option", { value: "", textContent: FeatureGate.isKnown ? say("no-models") : unknown() });
    this.#select.replaceChildren(...(options.length ? options : [none()]));
    this.#select.disabled = options.length === 0;
    if (models.some((model) => model.model_id === value)) this.#select.value = value;
  }
}

class TierBadge extends Drawn {
  draw() { this.textContent = FeatureGate.isKnown ? FeatureGate.all.tier_name ?? say("no-tier") : "…"; }
}

class UsageIndicator extends Drawn {
  draw() {
    const { usage, name } = this.status;
    this.hidden = !usage;
    if (!usage) return;
    const left = say("left", { left: number(usage.remaining), limit: number(usage.limit) });
    const words = `${left}, ${resets(usage.reset_at)}`;
    this.replaceChildren(bar(usage.current, usage.limit, `${name}: ${words}`), make("small", { textContent: words }));
  }
}

class UpgradePromptCard extends Drawn {
  draw() {
    const { status } = this;
    this.hidden = status.enabled;
    const said = (name, otherwise) => this.getAttribute(name) || otherwise;
    const benefits = said("benefits", "").split(";").map((one) => one.trim()).filter(Boolean);
    const text = said("text", status.description);
    const href = this.getAttribute("href");
    // Of what is not known yet nobody says that it is locked, nor by what name.
    const heading = said("heading", FeatureGate.isKnown ? say("upgrade-title", { feature: status.name }) : "");
    this.replaceChildren(
      ...(heading ? [make("strong", { textContent: heading })] : []),
      ...(text ? [make("p", { textContent: text })] : []),
      ...(benefits.length ? [make("ul", {}, ...benefits.map((one) => make("li", { textContent: one })))] : []),
      make("p", { className: "opens", textContent: FeatureGate.isKnown ? opens(status) : unknown() }),
      ...(href ? [make("a", { href, textContent: say("upgrade") })] : []),
    );
  }
}

class PremiumBanner extends Drawn {
  draw() {
    const { features = {} } = FeatureGate.all;
    const closed = Object.values(features).filter((one) => one.is_premium && !one.enabled && one.unlocked_by);
    this.hidden = closed.length === 0;
    const href = this.getAttribute("href");
    const words = say("banner", { features: closed.map((one) => one.name).join(", ") });
    this.replaceChildren(make("span", { textContent: words }), ...(href ? [make("a", { href, textContent: say("upgrade") })] : []));
  }
}

/** What `showUpgrade` shows, unless the page does. */
function showDialog({ status, message }) {
  const card = make("upgrade-prompt-card", { aria: { feature: status.key, ...(message ? { text: message } : {}) } });
  const close = make("button", { type: "submit", textContent: say("close"), autofocus: true });
  const dialog = make("dialog", { className: "upgrade", aria: { "aria-label": say("upgrade-title", { feature: status.name }) } }, card, make("form", { method: "dialog" }, close));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

FeatureGate.target.addEventListener("feature-upgrade", (event) => setTimeout(() => event.defaultPrevented || showDialog(event.detail)));

for (const [name, element] of Object.entries({
  "feature-button": FeatureButton, "feature-section": FeatureSection, "model-selector": ModelSelector, "tier-badge": TierBadge,
  "usage-indicator": UsageIndicator, "upgrade-prompt-card": UpgradePromptCard, "premium-banner": PremiumBanner,
})) customElements.get(name) ?? customElements.define(name, element);
