// What operators write to many customers at once: all of it, one with how far it is, and one that is to be made.

import { act } from "../act.js";
import { bubbles, draft } from "../broadcasts/draft.js";
import { line } from "../broadcasts/markup.js";
import { button, facts, make, mark, redraw, section, table, text, tile, tiles } from "../dom.js";
import { moment, number, say, span, word } from "../words.js";

/** For how long a dry run is good, in ms: as the server has it. */
const COUNTED_FOR_MS = 24 * 60 * 60_000;
/** Goes of one dry run; each looks at as many accounts as fit into some seconds. */
const GOES_MAX = 200;

export const broadcasts = { id: "broadcasts", title: "view-broadcasts", role: "viewer", mount };

function mount(root, api) {
  const id = api.params.get("id");
  if (api.params.get("new") !== null) return making(root, api);
  return id === null ? listing(root, api) : watching(root, api, id);
}

// --- All of them -----------------------------------------------------------------------------------------------------

/** How far one is: `done` of `of` customers were gone through, and so many were skipped. */
export function progress({ counts, expected }) {
  const done = counts.sent + counts.blocked + counts.unsure + counts.refused;
  return { done, of: Math.max(expected ?? 0, done), skipped: counts.muted + counts.gone + counts.wordless };
}

/** Whom one is for, in words. */
export function segment(it) {
  const parts = [
    it.users && say("those-listed", { count: number(it.users.length) }),
    it.language && say("speaks", { name: it.language }),
    it.tier && say("with-tier", { name: it.tier }),
    it.plan && say("with-plan", { name: it.plan }),
    it.active_days && say("within-days", { count: number(it.active_days) }),
    it.inactive_days && say("not-within-days", { count: number(it.inactive_days) }),
    it.credits_min !== undefined && say("credits-from", { count: number(it.credits_min) }),
    it.credits_max !== undefined && say("credits-to", { count: number(it.credits_max) }),
    it.paid !== undefined && say(it.paid ? "paid-ever" : "paid-never"),
  ].filter(Boolean);
  return parts.join(", ") || say("everybody");
}

const STATES = { running: "good", stopped: "warn", draft: "", done: "" };
const stateOf = (one) => mark(word("broadcast", one.state), one.halted ? "bad" : STATES[one.state]);
const words = (one) => line(one.texts[Object.hasOwn(one.texts, document.documentElement.lang) ? document.documentElement.lang : Object.keys(one.texts)[0]] ?? "");

/** A bar with its words, of which there is none before it has begun. */
function bar(one) {
  if (!one.started_at) return text("span", "–");
  const { done, of } = progress(one);
  const words_ = say("progress-of", { done: number(done), count: number(of) });
  return make("div", { className: "far" }, make("progress", { max: Math.max(1, of), value: one.state === "done" ? Math.max(1, of) : done, aria: { "aria-label": words_ } }), text("span", words_, { className: "quiet" }));
}

function listing(root, api) {
  let drawn = "";
  return {
    every: 5_000,
    async refresh() {
      const { all, more } = await api.pages("/admin/broadcasts?limit=50", "broadcasts", 2);
      const key = JSON.stringify([all, more]);
      if (key === drawn) return;
      drawn = key;
      const open = (one) => {
        const link = make("a", { href: `?v=broadcasts&id=${one.id}`, textContent: words(one).slice(0, 80) || one.id, data: { key: one.id } });
        link.addEventListener("click", (event) => { event.preventDefault(); api.go("broadcasts", { id: one.id }); });
        return link;
      };
      redraw(root, api.may("editor") ? make("div", { className: "row" }, button(say("new-broadcast"), () => api.go("broadcasts", { new: "1" }))) : null,
        section(say("view-broadcasts"), table(say("view-broadcasts"), [
          [say("text"), open],
          [say("state"), stateOf],
          [say("progress"), bar],
          [say("sent"), (one) => number(one.counts.sent), true],
          [say("skipped"), (one) => number(progress(one).skipped), true],
          [say("to-whom"), (one) => text("span", segment(one.segment), { className: "brief" })],
          [say("when"), (one) => moment(one.started_at ?? one.made_at)],
        ], all, { empty: say("no-broadcasts") }), more ? text("p", say("more-rows"), { className: "quiet" }) : null));
    },
  };
}

// --- One to be made --------------------------------------------------------------------------------------------------

function making(root, api) {
  const from = api.params.get("from");
  let begun = false;
  return {
    async refresh() {
      // What somebody is writing is not drawn anew.
      if (begun) return;
      const like = from ? await api.ask(`/admin/broadcasts/${from}`) : null;
      begun = true;
      draft(root, api, like, (id) => api.go("broadcasts", { id }));
    },
  };
}

// --- One as it stands ------------------------------------------------------------------------------------------------

function watching(root, api, id) {
  const path = `/admin/broadcasts/${encodeURIComponent(id)}`;
  let drawn = "";
  let counting = null;
  const show = (one, entries) => {
    const key = JSON.stringify([one, entries, counting]);
    if (key === drawn) return;
    drawn = key;
    redraw(root,
      make("div", { className: "row" }, button(say("back"), () => api.go("broadcasts"), { kind: "plain" }), text("h2", words(one).slice(0, 80) || one.id), stateOf(one), ...actions(api, path, one)),
      one.halted ? text("p", say(`halted-${one.halted}`), { className: "wrong" }) : null,
      one.started_at ? came(one) : dryRun(one),
      section(say("about-broadcast"), facts([
        [say("name"), one.id], [say("to-whom"), segment(one.segment)], [say("pace"), say("a-second", { count: number(one.per_second) })],
        [say("made-by"), `${one.made_by} · ${moment(one.made_at)}`], [say("started-at"), one.started_at ? moment(one.started_at) : null],
      ])),
      section(say("preview"), make("div", { className: "bubbles" }, ...bubbles(one))),
      section(say("audit"), table(say("audit"), [
        [say("when"), (entry) => moment(entry.at)],
        [say("who"), (entry) => entry.who],
        [say("what"), did],
        [say("why"), (entry) => entry.reason],
      ], entries)));
  };
  const dryRun = (one) => {
    const run = one.dry_run;
    const about = counting ?? (run && !run.finished_at ? run : null);
    const old = run?.finished_at && !isFresh(run, Date.now());
    return section(say("dry-run"), text("p", say("dry-run-about"), { className: "quiet" }),
      about ? text("p", say("counting", { looked: number(about.looked_at), count: number(about.recipients) }), { aria: { role: "status" } }) : null,
      run?.finished_at && !counting ? [
        tiles(tile(say("recipients"), run.recipients), tile(say("skipped"), run.muted + run.gone + run.wordless), tile(say("looked-at"), run.looked_at)),
        text("p", say("skipped-why", { muted: number(run.muted), gone: number(run.gone), wordless: number(run.wordless) }), { className: "quiet" }),
        text("p", say(old ? "counted-long-ago" : "counted-at", { time: moment(run.finished_at) }), { className: old ? "wrong" : "quiet" }),
        run.recipients === 0 ? text("p", say("reaches-nobody"), { className: "wrong" }) : null,
      ] : null,
      api.may("editor") && !counting ? button(say(run ? "count-anew" : "count-now"), () => count(one), { kind: run?.finished_at ? "plain" : "", key: "count" }) : null);
  };
  /** Counts to the end, go by go. Whoever leaves meanwhile has begun it, and can go on. */
  const count = async (one) => {
    counting = { looked_at: 0, recipients: 0 };
    show(one, []);
    try {
      for (let go = 0; go < GOES_MAX && counting; go += 1) {
        const said = await api.ask(`${path}/count`, { method: "POST" });
        counting = said.dry_run.finished_at ? null : said.dry_run;
        if (counting && root.isConnected) show(said, []);
        else break;
      }
    } catch (problem) {
      api.fail(problem);
    }
    counting = null;
    if (root.isConnected) api.again();
  };
  return {
    every: 3_000,
    async refresh() {
      if (counting) return;
      const [one, { entries }] = await Promise.all([api.ask(path), api.ask(`/admin/audit/entities/${encodeURIComponent(`broadcast#${id}`)}?limit=20`)]);
      if (!counting) show(one, entries);
    },
  };
}

/** What somebody did, by what the audit keeps of it. */
function did({ action, new: fresh }) {
  if (action === "create") return say("did-make");
  if (fresh?.tested_by) return say("did-try", { user: fresh.tested_by });
  return fresh?.state ? `${word("broadcast", fresh.state)} · ${say("sent")}: ${number(fresh.sent)}` : action;
}

/** What came of it so far. */
function came(one) {
  const { counts } = one;
  return section(say("progress"), bar(one),
    tiles(tile(say("sent"), counts.sent, "good"), tile(say("blocked"), counts.blocked),
      tile(say("refused"), counts.refused, counts.refused ? "bad" : ""), tile(say("unsure"), counts.unsure), tile(say("skipped"), progress(one).skipped)),
    text("p", say("skipped-why", { muted: number(counts.muted), gone: number(counts.gone), wordless: number(counts.wordless) }), { className: "quiet" }));
}

/** Whether a dry run may still be started by. */
export const isFresh = (run, at) => Boolean(run?.finished_at) && at - Date.parse(run.finished_at) < COUNTED_FOR_MS;

/** What can be done with one. */
function actions(api, path, one) {
  if (!api.may("editor")) return [];
  const again = (done) => done && api.again();
  const turn = (title, does, to, said, more = {}) => act(api, {
    title: say(title), entity: `broadcast#${one.id}`, does: () => [does], ...more,
    send: async ({ reason }) => { await api.ask(`${path}/${to}`, { body: { reason, ...more.body } }); return say(said); },
  }).then(again);
  const all = [];
  if (one.state === "draft") {
    all.push(button(say("try-out"), () => tryOut(api, path, one), { kind: "plain" }));
    if (isFresh(one.dry_run, Date.now()) && one.dry_run.recipients > 0) {
      const { recipients } = one.dry_run;
      const does = say("start-does", { count: number(recipients), rate: number(one.per_second), time: span((recipients / one.per_second) * 1000) });
      all.push(button(say("start"), () => turn("start", does, "start", "started-now", { body: { recipients }, danger: true }), { key: "start" }));
    }
  }
  if (one.state === "running") all.push(button(say("stop"), () => turn("stop", say("stop-does"), "stop", "stopped-now", { danger: true }), { kind: "danger", key: "turn" }));
  if (one.state === "stopped") all.push(button(say("go-on"), () => turn("go-on", say("go-on-does"), "resume", "started-now"), { key: "turn" }));
  all.push(button(say("make-like"), () => api.go("broadcasts", { new: "1", from: one.id }), { kind: "plain" }));
  return all;
}

function tryOut(api, path, one) {
  const user = make("input", { inputMode: "numeric", required: true, pattern: "[1-9][0-9]{0,15}", value: /^user#([0-9]+)$/.exec(api.me.who)?.[1] ?? "" });
  return act(api, {
    title: say("try-out"), entity: `broadcast#${one.id}`,
    fields: [{ name: "user", label: say("try-out-to"), control: user, hint: say("try-out-hint"), pointer: "/user" }],
    does: (values) => [say("try-out-does", { user: values.user || "…" })],
    send: async ({ user: whom, reason }) => { await api.ask(`${path}/test`, { body: { user: whom, reason } }); return say("try-out-done"); },
  });
}
