// A row of the settings on the screen: as a form or as JSON, looked at by the server before it is written, with what would
// change, and with whoever was faster.

import { act, told } from "./act.js";
import { differences, same, shown } from "./diff.js";
import { button, field, make, section, table, text } from "./dom.js";
import { guessed, kindOf, leaves, readAs, spokenOf, withAt, written } from "./form.js";
import { moment, say } from "./words.js";

/**
 * Where a row is read and written: `{ name, at }`, the name as the audit has it (`flag#new_jobs`), and the path of the API.
 */
export const rowOf = (kind, key) => ({ name: `${kind.replace(/s$/, "")}#${key}`, at: `/admin/settings/${kind}/${encodeURIComponent(key)}` });
export const singleOf = (single) => ({ name: single, at: `/admin/singles/${single}` });

/** Draws the editor of a row into a place. `was` is what stands there, `null` if nothing does, and `tag` the server's name of that; `names` are the fields that its like
 * have; `leave` goes back to the list. */
export function edit(root, api, { place, was, tag, names = [], leave, deletable = true }) {
  // A row that is no JSON stands there as a text. It can be written anew, and not compared.
  const stood = typeof was === "string" ? undefined : was;
  let row = stood ?? {};
  let asJson = false;
  const may = api.may("editor");
  const problems = make("div", { className: "problems", aria: { role: "alert" } });
  const fields = make("div", { className: "fields" });
  const preview = make("div", { className: "preview", aria: { "aria-live": "polite" } });
  let controls = [];

  /** What the controls say; throws with the control that says nothing of its kind. */
  const read = () => {
    let fresh = row;
    for (const { path, kind, control, node } of controls) {
      node.fail("");
      try {
        const value = readAs(kind, kind === "switch" ? control.checked : control.value);
        fresh = path.length === 0 ? value ?? {} : withAt(fresh, path, value);
      } catch (error) {
        const why = say(error instanceof RangeError ? "no-number" : "no-json");
        node.fail(why);
        control.focus();
        throw new Error(why);
      }
    }
    return fresh;
  };
  const drawFields = () => {
    const all = asJson ? [{ path: [], kind: "json", value: row }] : leaves(row).filter((one) => one.path.length > 0);
    controls = all.map((one) => ({ ...one, ...controlOf(one, may) }));
    fields.replaceChildren(...controls.map(member), ...(may && !asJson ? [adder()] : []));
  };
  /** A field with the way to take it out of the row. */
  const member = ({ path, node }) => {
    if (!may || asJson) return node;
    const out = button("×", () => {
      try { row = withAt(read(), path, undefined); } catch { return; }
      drawFields();
    }, { kind: "plain", key: `out ${path.join(".")}` });
    out.setAttribute("aria-label", say("remove-field", { name: path.join(" › ") }));
    return make("div", { className: "member" }, node, out);
  };
  /** A field more. */
  const adder = () => {
    const list = make("datalist", { id: "known-fields" }, ...names.map((name) => make("option", { value: name })));
    const name = make("input", { spellcheck: false, autocomplete: "off" });
    name.setAttribute("list", list.id);
    const value = make("input", { spellcheck: false, autocomplete: "off" });
    const add = button(say("add-field"), () => {
      if (!name.value.trim()) return name.focus();
      try { row = withAt(read(), name.value.trim().split("."), guessed(value.value)); } catch { return; }
      drawFields();
    }, { kind: "plain" });
    return make("div", { className: "row add" }, list, field(say("field-name"), name), field(say("field-value"), value), add);
  };
  /** Says beside the fields what the server says is wrong. */
  const fail = (found, fresh) => {
    const elsewhere = found.filter((problem) => {
      const at = problem.row === place.name ? spokenOf(problem.why, fresh) : null;
      const one = at && controls.find((control) => control.path.join(".") === at.join("."));
      one?.node.fail(problem.why);
      one?.control.focus();
      return !one;
    });
    problems.replaceChildren(...elsewhere.map((problem) => text("p", `${problem.row}: ${problem.why}`, { className: "wrong" })));
  };
  const look = async () => {
    problems.replaceChildren();
    let fresh;
    try { fresh = read(); } catch { return; }
    if (stood && same(fresh, stood)) {
      preview.replaceChildren(text("p", say("no-change"), { className: "quiet" }));
      return;
    }
    try {
      const said = await api.ask("/admin/preview", { body: { row: place.name, body: fresh } });
      if (said.problems.length > 0) return fail(said.problems, fresh);
      await save(fresh, said);
    } catch (problem) {
      api.fail(problem);
    }
  };
  /** Asks for a change of what was read; tells who was faster where that is no longer what stands. */
  const settled = async (ask) => {
    try {
      const { version } = await ask();
      return say("stands-as-version", { version });
    } catch (problem) {
      if (problem.kind !== "conflict") throw problem;
      throw Object.assign(problem, { isOwn: true, detail: await overtaken(api, place) });
    }
  };
  const save = async (fresh, said) => {
    const done = await act(api, {
      title: say("save"), entity: place.name,
      does: () => [say("save-does", { row: place.name }), changes(said.changes)],
      send: ({ reason }) => settled(() => api.ask(place.at, { method: "PUT", body: { row: fresh, was: stood, reason } })),
    });
    if (done) leave();
  };
  const remove = async () => {
    let said;
    try {
      said = await api.ask("/admin/preview", { body: { row: place.name } });
    } catch (problem) {
      return api.fail(problem);
    }
    if (said.problems.length > 0) return fail(said.problems, row);
    const lose = make("input", { type: "checkbox" });
    const done = await act(api, {
      title: say("delete"), danger: true, entity: place.name,
      fields: said.may_be_held.length ? [{ name: "lose", label: say("holders-lose-it"), control: lose, hint: say("holders-hint"), read: (control) => control.checked }] : [],
      does: () => [say("delete-does", { row: place.name }), changes(said.changes)],
      send: async ({ reason, lose: losing }) => {
        const query = new URLSearchParams({ reason, holders_lose_it: String(Boolean(losing)), ...(tag ? { was: tag } : {}) });
        return settled(() => api.ask(`${place.at}?${query}`, { method: "DELETE" }));
      },
    });
    if (done) leave();
  };
  const turn = button(say("as-json"), () => {
    try { row = read(); } catch { return; }
    asJson = !asJson;
    turn.textContent = say(asJson ? "as-form" : "as-json");
    drawFields();
  }, { kind: "plain", key: "as-json" });
  drawFields();
  root.replaceChildren(
    make("div", { className: "row" }, deletable ? button(say("back"), leave, { kind: "plain" }) : null, text("h2", place.name), turn),
    problems, make("form", { noValidate: true, onsubmit: (event) => { event.preventDefault(); look(); } }, fields,
      may ? make("div", { className: "row" }, make("button", { type: "submit", textContent: say("look-and-save") }), deletable && was !== null ? button(say("delete"), remove, { kind: "danger" }) : null)
        : text("p", say("only-look"), { className: "quiet" })),
    preview, past(api, place));
}

/** A control for a value, with its label. */
function controlOf({ path, kind, value }, may) {
  const label = path.length ? path.join(" › ") : say("whole-row");
  const common = { disabled: !may, spellcheck: false, autocomplete: "off", name: path.join(".") || "row" };
  const control = {
    switch: () => make("input", { type: "checkbox", checked: value === true, ...common }),
    number: () => make("input", { inputMode: "decimal", value: written(kind, value), ...common }),
    text: () => (value.length > 60 ? make("textarea", { rows: 3, value, ...common }) : make("input", { value, ...common })),
    lines: () => make("textarea", { rows: Math.min(8, value.length + 1), value: written(kind, value), ...common }),
    json: () => make("textarea", { rows: Math.min(24, written(kind, value).split("\n").length + 1), className: "code", value: written(kind, value), ...common }),
  }[kind]();
  const hints = { lines: say("one-a-line"), json: path.length ? say("json-hint") : "" };
  return { control, node: field(label, control, { hint: hints[kind] ?? "" }) };
}

/** What rows become, value by value. */
export function changes(list) {
  const lines = list.flatMap((change) => {
    const leaf = differences(change.old ?? {}, change.new ?? {});
    const whole = change.new === undefined ? [{ path: say("whole-row"), old: change.old, new: undefined }] : leaf;
    return whole.map((one) => ({ row: change.row, ...one }));
  });
  const several = list.length > 1;
  return table(say("changes"), [
    ...(several ? [[say("row"), (one) => one.row]] : []),
    [say("field-name"), (one) => one.path],
    [say("was"), (one) => make("del", { textContent: shown(one.old) })],
    [say("becomes"), (one) => make("ins", { textContent: shown(one.new) })],
  ], lines, { empty: say("no-change") });
}

/** Who was faster. */
async function overtaken(api, place) {
  const { entries } = await api.ask(`/admin/audit/entities/${encodeURIComponent(place.name)}?limit=1`).catch(() => ({ entries: [] }));
  const [last] = entries;
  return last ? say("overtaken-by", { who: last.who, time: moment(last.at), why: last.reason || "–" }) : say("overtaken");
}

/** What was done to a row. */
function past(api, place) {
  const list = make("div", { className: "entries" });
  const details = make("details", { className: "past" }, text("summary", say("audit-of-row")), list);
  details.addEventListener("toggle", async () => {
    if (!details.open) return;
    try {
      const { entries } = await api.ask(`/admin/audit/entities/${encodeURIComponent(place.name)}?limit=20`);
      list.replaceChildren(...entries.map((entry) => make("div", { className: "entry" }, told(entry), changes([{ row: entry.entity, old: entry.old, new: entry.new }]))));
      if (entries.length === 0) list.replaceChildren(text("p", say("nothing"), { className: "quiet" }));
    } catch (problem) {
      api.fail(problem);
    }
  }, { once: false });
  return details;
}

/** A view over kinds of rows: a list of each, and the editor of one. `lists` are kinds and singles. */
export function editing(id, title, lists) {
  return {
    id, title, role: "viewer",
    mount(root, api) {
      const kind = lists.find((one) => one.kind === api.params.get("kind")) ?? lists[0];
      const key = api.params.get("key");
      const back = () => api.go(id, { kind: kind.kind });
      const tabs = make("div", { className: "tabs" }, ...lists.map((one) => {
        const tab = button(say(`kind-${one.kind}`), () => api.go(id, { kind: one.kind }), { kind: "tab" });
        if (one === kind) tab.setAttribute("aria-current", "true");
        return tab;
      }));
      const shownHere = make("div", {});
      root.append(tabs, shownHere);
      return {
        async refresh() {
          // An editor that is open is somebody's work: it is not drawn anew.
          if (shownHere.dataset.editing) return;
          if (kind.single) {
            const was = await api.ask(singleOf(kind.kind).at).then(({ row }) => row).catch((problem) => { if (problem.kind === "missing") return null; throw problem; });
            shownHere.dataset.editing = "true";
            edit(shownHere, api, { place: singleOf(kind.kind), was, leave: back, deletable: false });
            return;
          }
          const { all, more } = await api.pages(`/admin/settings/${kind.kind}?limit=100`, "rows", 5);
          if (key === null) return shownHere.replaceChildren(listed(api, id, kind.kind, all, more));
          const names = [...new Set(all.flatMap((one) => Object.keys(one.row)))];
          const { row: was = null, tag } = all.find((one) => one.key === key) ?? {};
          shownHere.dataset.editing = "true";
          edit(shownHere, api, { place: rowOf(kind.kind, key), was, tag, names, leave: back });
        },
      };
    },
  };
}

function listed(api, id, kind, rows, more) {
  const open = ({ key }) => {
    const link = make("a", { href: `?v=${id}&kind=${kind}&key=${encodeURIComponent(key)}`, textContent: key });
    link.addEventListener("click", (event) => { event.preventDefault(); api.go(id, { kind, key }); });
    return link;
  };
  const name = make("input", { spellcheck: false, autocomplete: "off", pattern: "[A-Za-z0-9._-]{1,128}" });
  const node = field(say("new-name"), name);
  const add = make("form", { className: "row add", noValidate: true }, node, make("button", { type: "submit", className: "plain", textContent: say("add-row") }));
  add.addEventListener("submit", (event) => {
    event.preventDefault();
    if (name.value && name.validity.valid) api.go(id, { kind, key: name.value });
    else node.fail(say("no-name"));
  });
  return section(say(`kind-${kind}`),
    table(say(`kind-${kind}`), [[say("name"), open], [say("says"), ({ row }) => text("span", brief(row), { className: "brief" })]], rows),
    more ? text("p", say("more-rows"), { className: "quiet" }) : null,
    api.may("editor") ? add : null);
}

/** A row in one line. */
export function brief(row) {
  if (row === null || typeof row !== "object") return String(row);
  const parts = leaves(row).filter((one) => one.path.length > 0).map((one) => `${one.path.join(".")}: ${kindOf(one.value) === "json" ? JSON.stringify(one.value) : written(kindOf(one.value), one.value).replaceAll("\n", ", ")}`);
  const line = parts.join(" · ");
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}
