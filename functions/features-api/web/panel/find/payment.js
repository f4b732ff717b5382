// A payment or a purchase: how it stands at its rail and here; asking the rail again, taking it, giving it back.

import { act } from "../act.js";
import { button, facts, make, mark, section, text } from "../dom.js";
import { linked } from "./lists.js";
import { moment, number, say, word } from "../words.js";

/** Gives what draws a payment or a purchase. */
export function payment(api, id) {
  const at = `/admin/payments/${encodeURIComponent(id)}`;
  return async () => {
    const { payment: paid, purchase } = await api.ask(at);
    return [
      make("div", { className: "row" }, text("h2", id), paid ? mark(word("payment", paid.state), { credited: "good", held: "bad", charged_back: "bad" }[paid.state] ?? "") : null),
      actions(api, at, paid),
      paid ? section(say("payment"), facts([
        [say("title"), paid.title],
        [say("amount"), `${paid.amount} ${paid.currency}`],
        [say("gone-back"), paid.refunded_minor ? number(paid.refunded_minor) : null],
        [say("customer-of"), paid.user ? linked(api, paid.user) : say("nobodys")],
        [say("credits"), number(paid.credits)],
        [say("plan"), paid.plan],
        [say("clawed"), paid.clawed ? number(paid.clawed) : null],
        [say("set-aside"), paid.aside ? number(paid.aside) : null],
        [say("misfit"), paid.misfit],
        [say("test-money"), paid.is_test ? "✓" : null],
        [say("when"), moment(paid.created_at)],
        [say("refund-wanted"), paid.refund_wanted ? `${paid.refund_wanted.who}: ${paid.refund_wanted.reason}` : null],
      ])) : null,
      purchase ? section(say("purchase"), facts([
        [say("name"), purchase.id],
        [say("title"), purchase.title],
        [say("amount"), `${purchase.amount} ${purchase.currency}`],
        [say("state"), word("payment", purchase.stage)],
        [say("customer-of"), linked(api, purchase.user)],
        [say("rail"), purchase.rail],
        [say("when"), moment(purchase.opened_at)],
        [say("until"), moment(purchase.expires_at)],
        [say("renewal"), purchase.renewal],
      ])) : null,
    ];
  };
}

function actions(api, at, paid) {
  const again = (done) => done && api.again();
  const title = paid ? `${paid.amount} ${paid.currency}` : "";
  const buttons = [];
  if (api.may("editor")) buttons.push(button(say("recheck"), () => recheck(api, at).then(again), { kind: "plain" }));
  if (api.may("owner") && paid?.state === "held") {
    buttons.push(button(say("accept"), () => act(api, {
      title: say("accept"), entity: `payment#${paid.id}`,
      does: () => [say("accept-does", { title, user: paid.user ?? "?" })],
      send: async ({ reason }) => { await api.ask(`${at}/accept`, { body: { reason } }); return say("accepted"); },
    }).then(again)));
  }
  if (api.may("owner") && ["credited", "held", "refund_held"].includes(paid?.state)) {
    buttons.push(button(say("refund"), () => act(api, {
      title: say("refund"), danger: true, entity: `payment#${paid.id}`,
      does: () => [say("refund-does", { title, credits: number(paid.credits) }), paid.plan ? say("refund-plan", { plan: paid.plan }) : ""].filter(Boolean),
      send: async ({ reason }) => {
        const { outcome, why_refused: why } = await api.ask(`${at}/refund`, { body: { reason } });
        return why ? `${word("refund", outcome)} ${why}` : word("refund", outcome);
      },
    }).then(again), { kind: "danger" }));
  }
  return make("div", { className: "row actions" }, ...buttons);
}

function recheck(api, at) {
  return act(api, {
    title: say("recheck"), reason: false,
    does: () => [say("recheck-does")],
    send: async () => {
      const looked = await api.ask(`${at}/recheck`, { method: "POST" });
      if (looked.astray) return say("astray");
      return looked.found === "payment" ? say(looked.changed ? "changed" : "as-before") : word("looked", looked.found);
    },
  });
}
