// Stars: the sheet that asks whether to pay, and the window with the balance, the subscriptions and what may go wrong.

const $ = (id) => document.getElementById(id);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
export const inStars = (number, t) => `⭐${number.toLocaleString(t.lang)}`;

// `get` looks at the page as it is now: { view, t, act, ask, toast }.
export function starsUi(get) {
  let offer = null; // the invoice on the sheet, and where it was opened
  let waiting = null; // the checkout that the bot has to answer

  function button(label, run, className = "") {
    const node = Object.assign(document.createElement("button"), { type: "button", textContent: label, className });
    node.addEventListener("click", run);
    return node;
  }

  // --- The sheet -------------------------------------------------------------------------------------------------

  async function open(slug, messageId = null) {
    const { ask, view, t, toast } = get();
    const invoice = await ask(`${view.user.id}/invoice/${encodeURIComponent(slug)}`);
    if (!invoice) return toast(t().noInvoice);
    offer = { invoice, messageId };
    waiting = null;
    say("");
    drawSheet();
    $("pay").showModal();
  }

  const say = (text) => { $("pay-error").textContent = text; $("pay-error").hidden = !text; };

  function drawSheet() {
    if (!offer) return;
    const { view, t } = get();
    const { title, description, stars, monthly } = offer.invoice;
    const missing = stars - view.stars.balance;
    const price = inStars(stars, t());
    $("pay-title").textContent = title;
    $("pay-description").textContent = description;
    $("pay-price").textContent = monthly ? `${price} ${t().aMonth}` : price;
    $("pay-balance").textContent = fill(t().balance, { stars: inStars(view.stars.balance, t()) });
    const pay = $("pay-yes");
    pay.disabled = waiting !== null;
    pay.textContent = waiting !== null ? t().waiting
      : missing > 0 ? fill(t().topUp, { stars: inStars(roundUp(missing), t()) })
      : fill(monthly ? t().subscribe : t().pay, { stars: price });
    $("pay-no").textContent = t().cancel;
  }

  const roundUp = (missing) => Math.ceil(missing / 100) * 100;

  async function confirm() {
    const { view, act } = get();
    const missing = offer.invoice.stars - view.stars.balance;
    say("");
    if (missing > 0) return act("stars", { stars: roundUp(missing) });
    waiting = "";
    drawSheet();
    waiting = await act("pay", { slug: offer.invoice.slug, message_id: offer.messageId });
    if (waiting === null) $("pay").close(); else draw();
  }

  function outcome() {
    const { view, t, toast } = get();
    const checkout = view.stars.checkout;
    if (!waiting || checkout?.id !== waiting || checkout.state === "waiting") return;
    waiting = null;
    if (checkout.state === "paid") {
      $("pay").close();
      toast(fill(t().paidToast, { stars: inStars(offer.invoice.stars, t()) }));
    } else say(checkout.why ?? { timed_out: t().timedOut, too_few: t().tooFew }[checkout.state]);
  }

  $("pay-yes").addEventListener("click", confirm);
  $("pay-no").addEventListener("click", () => $("pay").close());

  // --- The window ------------------------------------------------------------------------------------------------

  function openWindow() {
    drawWindow();
    $("stars").showModal();
  }

  function drawWindow() {
    const { view, t, act } = get();
    $("stars-title").textContent = t().stars;
    $("stars-balance").textContent = inStars(view.stars.balance, t());
    $("stars-buy").replaceChildren(...[100, 500, 1000].map((stars) => button(`+${stars}`, () => act("stars", { stars }))));
    const list = view.stars.subscriptions.map((one) => subscription(one));
    if (list.length > 0) list.push(button(`⏩ ${t().month}`, () => act("month", {}), "month"));
    $("stars-subscriptions").replaceChildren(...list);
    $("stars-news-label").textContent = t().news;
    $("stars-news").replaceChildren(...Object.entries(t().newsOf).map(([name, label]) => new Option(label, name)));
    $("stars-news").value = view.stars.news ?? "";
    $("stars-close").textContent = t().close;
  }

  function subscription({ charge_id, title, stars, paid_until, canceled, canceled_by_bot }) {
    const { t, act } = get();
    const until = new Date(paid_until * 1000).toLocaleDateString(t().lang);
    const state = fill(canceled_by_bot ? t().endedByBot : canceled ? t().endsOn : t().renewsOn, { date: until });
    const words = Object.assign(document.createElement("span"), { textContent: state });
    const name = Object.assign(document.createElement("b"), { textContent: `${title} ·\u00a0${inStars(stars, t())}` });
    const change = button(canceled ? t().resume : t().unsubscribe, () => act("subscription", { charge_id, renewed: canceled }));
    change.disabled = canceled_by_bot;
    const row = document.createElement("div");
    row.className = "subscription";
    row.append(name, words, change);
    return row;
  }

  $("stars-news").addEventListener("change", () => get().act("news", { news: $("stars-news").value || null }));

  function draw() {
    outcome();
    if ($("pay").open) drawSheet();
    if ($("stars").open) drawWindow();
  }

  // What a service message says, as a client words it.
  const told = ({ kind, stars, title }) => {
    const { t, view } = get();
    return fill(t().told[kind], { stars: inStars(stars, t()), title, bot: view.bot.name });
  };

  return { open, openWindow, draw, told };
}
