// Lists that several pages show.

import { make, mark, table } from "../dom.js";
import { moment, say, word } from "../words.js";

/** A link to whatever is called so. */
export function linked(api, name) {
  const link = make("a", { href: `?v=find&q=${encodeURIComponent(name)}`, textContent: name, data: { key: name } });
  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    api.go("find", { q: name });
  });
  return link;
}

const KINDS = { credited: "good", paid: "good", held: "bad", charged_back: "bad", refund_held: "warn", new: "warn" };

/** Payments and purchases. */
export function payments(api, rows) {
  const state = (one) => one.state ?? one.stage;
  return table(say("payments"), [
    [say("when"), (one) => moment(one.created_at ?? one.opened_at)],
    [say("what"), (one) => word("money", one.kind)],
    [say("name"), (one) => linked(api, one.id)],
    [say("state"), (one) => mark(word("payment", state(one)), KINDS[state(one)] ?? "")],
    [say("title"), (one) => one.title],
    [say("amount"), (one) => `${one.amount} ${one.currency}`, true],
  ], rows);
}
