// The rules that everybody goes by: flags, features, tiers and limits, and what was settled for single customers.

import { button, make, redraw, section, table, text } from "../dom.js";
import { editing } from "../editor.js";
import { linked } from "../find/lists.js";
import { moment, say } from "../words.js";

const LISTS = ["flags", "features", "tiers", "addons", "limits", "components", "evaluators"].map((kind) => ({ kind }));
const edited = editing("rules", "view-rules", [...LISTS, { kind: "rules", single: true }]);

export const rules = { ...edited, mount };

function mount(root, api) {
  if (api.params.get("kind") === "overrides") return overrides(root, api);
  const given = edited.mount(root, api);
  root.querySelector(".tabs").append(button(say("kind-overrides"), () => api.go("rules", { kind: "overrides" }), { kind: "tab" }));
  return given;
}

/** Features that were settled for single customers. */
function overrides(root, api) {
  const tab = (kind) => button(say(`kind-${kind}`), () => api.go("rules", { kind }), { kind: "tab" });
  const here = tab("overrides");
  here.setAttribute("aria-current", "true");
  const back = make("div", { className: "tabs" }, ...[...LISTS, { kind: "rules" }].map(({ kind }) => tab(kind)), here);
  const list = make("div", {});
  root.append(back, list);
  return {
    async refresh() {
      const { all, more } = await api.pages("/admin/overrides?limit=100", "overrides", 3);
      redraw(list, section(say("kind-overrides"), table(say("kind-overrides"), [
        [say("feature"), (one) => one.feature],
        [say("customer-of"), (one) => linked(api, one.user)],
        [say("until"), (one) => (one.valid_until ? moment(one.valid_until) : say("always"))],
        [say("who"), (one) => one.who],
        [say("when"), (one) => moment(one.at)],
        [say("why"), (one) => one.reason],
      ], all), more ? text("p", say("more-rows"), { className: "quiet" }) : null));
    },
  };
}
