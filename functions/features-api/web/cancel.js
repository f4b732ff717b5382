// Takes an order back that is still in the queue: asks first, says what becomes of the credits, then what came of it.

import { make } from "./elements.js";
import { asked, styled, told } from "./mine.js";
import { number, say } from "./words.js";

/** Asks whether to cancel this order, and does it. `changed()` is called once it may stand otherwise than it is shown. */
export async function takeBack(order, changed) {
  await styled;
  const opener = document.activeElement;
  const line = make("p", { className: "said", aria: { role: "status" } });
  const yes = make("button", { type: "button", className: "danger", textContent: say("cancel-yes") });
  const keep = make("button", { type: "button", className: "plain", autofocus: true, textContent: say("cancel-keep") });
  const comes = order.price > 0 ? say("cancel-back", { credits: number(order.price) }) : say("cancel-free");
  const money = make("p", { id: "cancel-money", className: "quiet", textContent: comes });
  const title = make("h2", { id: "cancel-title", textContent: say("cancel-title") });
  const what = make("p", { id: "cancel-what" }, make("b", { textContent: order.title }), order.words ? `: ${order.words}` : null);
  const dialog = make("dialog", { className: "asks", aria: { "aria-labelledby": "cancel-title", "aria-describedby": "cancel-what cancel-money" } },
    title, what, money, line, make("div", { className: "buttons" }, yes, keep));
  keep.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    // The list may have been drawn anew, and the button is gone with what it was for.
    (document.getElementById(opener?.id) ?? document.getElementById(`order-${order.id}`) ?? opener)?.focus();
  });
  // Nothing is asked any more: what stands there is the order, and what became of it.
  const over = () => {
    title.textContent = order.title;
    what.textContent = order.words ?? "";
    for (const part of [money, yes]) part.remove();
    dialog.setAttribute("aria-describedby", "cancel-what");
    keep.textContent = say("close");
    keep.focus();
  };
  yes.addEventListener("click", async () => {
    if (yes.disabled) return;
    yes.disabled = true;
    line.textContent = say("canceling");
    try {
      const { given_back: back, available } = await asked(`/me/orders/${encodeURIComponent(order.id)}/cancel`, { method: "POST" });
      line.textContent = back > 0 ? say("canceled", { credits: number(back), available: number(available) }) : say("canceled-free");
      over();
      changed();
    } catch (problem) {
      line.textContent = told(problem, "cancel-unsure");
      yes.disabled = false;
      // Once more is the same wish; only of what is too late, or gone, nothing more comes.
      if (problem.reason === "too_late" || problem.status === 404) over();
      changed();
    }
  });
  document.body.append(dialog);
  dialog.showModal();
}
