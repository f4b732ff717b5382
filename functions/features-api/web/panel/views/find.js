// One box for whatever an operator has in hand: a customer's number, an order's name, a payment's or a purchase's.

import { make, redraw, text } from "../dom.js";
import { customer } from "../find/customer.js";
import { order } from "../find/order.js";
import { payment } from "../find/payment.js";
import { command } from "../dom.js";
import { say } from "../words.js";

export const find = { id: "find", title: "view-find", role: "viewer", mount };

/** What somebody typed: `{ kind, id }` with the kinds `user`, `job`, `payment`, `sealed`, `nothing`. */
export function kindOf(typed) {
  const id = typed.trim().replace(/^user#/, "");
  if (id === "") return { kind: "nothing", id };
  if (/^[1-9][0-9]{0,15}$/.test(id)) return { kind: "user", id };
  if (/^[1-9][0-9]{0,15}-[a-z0-9]{16}$/.test(id)) return { kind: "job", id };
  if (/^x[0-9a-zA-Z_-]{20,}$/.test(id)) return { kind: "sealed", id };
  return { kind: "payment", id };
}

const SHOWS = { user: customer, job: order, payment };

function mount(root, api) {
  const typed = api.params.get("q") ?? "";
  const box = make("input", { type: "search", name: "q", value: typed, autocomplete: "off", spellcheck: false, placeholder: "700001 · 700001-abcdefgh23456789 · yookassa#…", aria: { "aria-label": say("find-what") } });
  const form = make("form", { className: "find row", aria: { role: "search" } }, box, make("button", { type: "submit", textContent: say("find") }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (box.value.trim()) api.go("find", { q: box.value.trim() });
  });
  const found = make("div", { className: "found" });
  root.append(form, found);
  const { kind, id } = kindOf(typed);
  if (kind === "nothing") {
    found.append(text("p", say("find-hint"), { className: "quiet" }));
    queueMicrotask(() => box.focus());
    return {};
  }
  if (kind === "sealed") {
    found.append(text("p", say("sealed")), command(`cargo ctl job ${id} --stack neurocards`));
    return {};
  }
  const shown = SHOWS[kind](api, id);
  return {
    async refresh() {
      try {
        redraw(found, ...await shown());
      } catch (problem) {
        if (problem.kind !== "missing") throw problem;
        redraw(found, text("p", say("found-nothing"), { className: "wrong" }));
      }
    },
  };
}
