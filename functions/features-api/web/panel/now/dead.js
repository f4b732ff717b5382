// Doorbells that failed too often: how many there are, what they are about, and ringing them once more. They are looked at when
// somebody asks, because whoever looks has them to themselves for a moment.

import { act } from "../act.js";
import { button, make, mark, section, table, text } from "../dom.js";
import { linked } from "../find/lists.js";
import { moment, number, say, word } from "../words.js";

/** How many are shown at most: as many as one request gives. */
const SHOWN_MAX = 50;
/** Requests in which all are rung at most; each rings fifty. */
const GOES_MAX = 40;

/** Rings until nothing more is to be rung; gives how many rang, and whether it broke off. */
export async function ringAll(ask) {
  let rung = 0;
  for (let go = 0; go < GOES_MAX; go += 1) {
    const said = await ask();
    rung += said.rung;
    if (said.broke_off || !said.more || said.rung === 0) return { rung, brokeOff: said.broke_off };
  }
  return { rung, brokeOff: true };
}

/** The part of a page about them; `changed` is called when something else is to be drawn. */
export function deadLetters(api, changed) {
  let letters = null;
  const look = async () => {
    try {
      ({ letters } = await api.ask(`/admin/dead-letters?limit=${SHOWN_MAX}`));
    } catch (problem) {
      return api.fail(problem);
    }
    changed();
  };
  const ring = async (one) => {
    const body = one ? { id: one.id } : {};
    const done = await act(api, {
      title: say(one ? "ring-one" : "ring-all"), entity: "queue#doorbells",
      does: () => [one ? say("ring-one-does", { job: one.job ?? one.id }) : say("ring-all-does")],
      send: async ({ reason }) => {
        const ask = () => api.ask("/admin/dead-letters/ring", { body: { ...body, reason } });
        const { rung, brokeOff } = one ? await ask().then((said) => ({ rung: said.rung, brokeOff: said.broke_off })) : await ringAll(ask);
        return say(brokeOff ? "rung-broke-off" : "rung", { count: number(rung) });
      },
    });
    if (!done) return;
    letters = null;
    changed();
  };
  const shown = () => table(say("dead-letters"), [
    [say("order"), (one) => (one.job ? linked(api, one.job) : say("no-doorbell"))],
    [say("since"), (one) => (one.sent_at ? moment(one.sent_at) : "–")],
    [say("rung-because"), (one) => (one.hint ? word("hint", one.hint) : "–")],
    [say("order-now"), (one) => (one.stage ? mark(word("stage", one.stage), one.is_over ? "" : "warn") : say("no-order"))],
    [say("why-failed"), (one) => (one.failure ? word("error", one.failure) : "")],
    ["", (one) => (api.may("editor") ? button(say("ring"), () => ring(one), { kind: "plain", key: `ring ${one.id}` }) : null)],
  ], letters, { empty: say("no-dead-letters") });
  return {
    /** What is drawn follows from this, too. */
    get state() { return letters; },
    draw: ({ waiting, taken }) => section(say("dead-letters"),
      make("div", { className: "row" },
        mark(waiting + taken === 0 ? say("no-dead-letters") : say("dead-count", { count: number(waiting), taken: number(taken) }), waiting + taken === 0 ? "good" : "bad"),
        button(say(letters ? "look-again" : "look"), look, { kind: "plain", key: "look dead" }),
        api.may("editor") && waiting + taken > 0 ? button(say("ring-all"), () => ring(null), { kind: "", key: "ring all" }) : null),
      text("p", say("dead-letters-about"), { className: "quiet" }),
      letters ? shown() : null),
  };
}
