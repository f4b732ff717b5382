// What was changed, by whom and why; and going back to an earlier version of the settings, having seen what that comes to.

import { act, told } from "../act.js";
import { button, field, make, redraw, section, text } from "../dom.js";
import { changes } from "../editor.js";
import { moment, number, say } from "../words.js";

/** Rows of a version that its line names. */
const ROWS_NAMED = 5;

export const history = { id: "history", title: "view-history", role: "viewer", mount };

function mount(root, api) {
  const day = make("input", { type: "date", value: new Date().toISOString().slice(0, 10) });
  const versions = make("div", {});
  const entries = make("div", { className: "entries" });
  day.addEventListener("change", () => api.again());
  root.append(section(say("versions"), versions), section(say("audit"), make("div", { className: "row" }, field(say("day-utc"), day)), entries));
  return {
    async refresh() {
      const [made, done] = await Promise.all([
        api.ask("/admin/history?limit=20"),
        api.ask(`/admin/audit?limit=50${day.value ? `&day=${day.value}` : ""}`),
      ]);
      const latest = made.versions[0]?.version ?? 0;
      redraw(versions, ...made.versions.map((one) => version(api, one, latest)), made.versions.length ? null : text("p", say("nothing"), { className: "quiet" }));
      redraw(entries, ...done.entries.map((entry) => make("details", { className: "version" },
        make("summary", {}, text("b", entry.entity), ` ${entry.action} · ${moment(entry.at)} · ${entry.who}`),
        told(entry), changes([{ row: entry.entity, old: entry.old, new: entry.new }]))),
        done.entries.length ? null : text("p", say("nothing"), { className: "quiet" }),
        done.next ? text("p", say("more-rows"), { className: "quiet" }) : null);
    },
  };
}

function version(api, one, latest) {
  const names = one.changes.map((change) => change.row);
  const rows = names.length > ROWS_NAMED ? `${names.slice(0, ROWS_NAMED).join(", ")} +${number(names.length - ROWS_NAMED)}` : names.join(", ");
  const back = api.may("owner") && one.version < latest
    ? button(say("go-back"), () => rollback(api, one.version), { kind: "plain", key: `back ${one.version}` })
    : null;
  return make("details", { className: "version" },
    make("summary", {}, text("b", `${say("version")} ${number(one.version)}`), ` ${moment(one.at)} · ${one.who} · ${rows}${one.restores === undefined ? "" : ` (${say("restores", { version: one.restores })})`}`),
    text("p", one.reason || "–"), changes(one.changes), back);
}

/** Goes back to a version, once it was seen what that changes. */
async function rollback(api, wanted) {
  let said;
  try {
    said = await api.ask(`/admin/rollback/${wanted}`);
  } catch (problem) {
    return api.fail(problem);
  }
  if (said.problems.length > 0) {
    return api.fail({ kind: "senseless", detail: said.problems.map((problem) => `${problem.row}: ${problem.why}`).join("; ") });
  }
  const lose = make("input", { type: "checkbox" });
  const done = await act(api, {
    title: say("go-back-to", { version: wanted }), danger: true, entity: said.changes[0]?.row ?? null,
    fields: said.may_be_held.length ? [{ name: "lose", label: say("holders-lose-it"), control: lose, hint: `${said.may_be_held.join(", ")}. ${say("holders-hint")}`, read: (control) => control.checked }] : [],
    does: () => [say("back-does", { version: wanted }), changes(said.changes)],
    send: async ({ reason, lose: losing }) => {
      const restored = await api.ask("/admin/rollback", { body: { version: wanted, reason, holders_lose_it: Boolean(losing) } });
      return say("stands-as-version", { version: restored.version });
    },
  });
  if (done) api.again();
}
