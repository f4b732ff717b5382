// An order: where it stands, where its credits are, and everything that happened to it.

import { facts, make, mark, section, table, text } from "../dom.js";
import { linked } from "./lists.js";
import { moment, number, say, span, word } from "../words.js";

const MONEY = { held: "warn", captured: "good", released: "" };

/** Gives what draws an order. */
export function order(api, id) {
  return async () => {
    const job = await api.ask(`/admin/jobs/${encodeURIComponent(id)}`);
    const began = Date.parse(job.accepted_at);
    return [
      make("div", { className: "row" }, text("h2", job.job), mark(word("stage", job.stage), { DELIVERED: "good", PARKED: "good", FAILED: "bad" }[job.stage] ?? "")),
      section(say("order"), facts([
        [say("customer-of"), linked(api, job.user)],
        [say("model"), `${job.model} · ${job.provider}`],
        [say("others"), job.others.join(", ") || null],
        [say("from"), say(job.from_photo ? "from-photo" : "from-words")],
        [say("length"), job.duration_s ? `${number(job.duration_s)} ${say("s")}` : null],
        [say("prompt-chars"), number(job.prompt_chars)],
        [say("price"), number(job.credits)],
        [say("credits-are"), mark(word("credits", job.money), MONEY[job.money])],
        [say("plan"), job.plan],
        [say("submissions"), `${number(job.submissions)}${job.losses ? ` (${say("lost", { count: number(job.losses) })})` : ""}`],
        [say("due"), job.due_at ? moment(job.due_at) : null],
        [say("settled-by"), moment(job.settle_at)],
        [say("task"), job.task],
        [say("why-failed"), job.failure ? word("error", job.failure) : null],
      ])),
      section(say("timeline"), table(say("timeline"), [
        [say("when"), (step) => moment(step.at)],
        [say("after"), (step) => span(Date.parse(step.at) - began), true],
        [say("step"), (step) => step.rule],
        [say("stage"), (step) => word("stage", step.stage)],
        [say("submission"), (step) => number(step.submission), true],
      ], job.timeline)),
    ];
  };
}
