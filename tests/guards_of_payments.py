"""The guards of payments, by their text, for guard_mutants.py: file, what stands there, what stands there instead, whose
tests notice. What stands there must do so just once."""

DOMAIN, STORE = ["-p", "domain", "--lib"], ["-p", "store", "--test", "guards", "payments::"]
RAILS, HOOK = ["-p", "payments"], ["-p", "payment-webhook"]


def flows(*modules):
    """The flow tests of these modules."""
    return ["-p", "tests", "--test", "flows", "--", *(f"{module}::" for module in modules)]


PAYING = flows("paying", "money_back", "subscriptions", "stars", "stars_back", "reconciled", "undone", "checked", "guarded")
SHOPPING = flows("shop")

PAYMENT = "shared/domain/src/payment"
TOLD, REFUND, TERM, RECORD = (f"{PAYMENT}/{name}.rs" for name in ["told", "refund", "term", "record"])
STATES, PURCHASE, AUDIT = f"{PAYMENT}.rs", "shared/domain/src/purchase.rs", "shared/domain/src/audit/payments.rs"
PAYMENTS, SETTLE = "shared/store/src/payments.rs", "shared/store/src/payments/settle.rs"
CASHIER, DESK = "shared/app/src/cashier", "shared/app/src/desk"
HEAR, LOOK, OPEN, BACK, RECONCILE, RENEWAL = (
    f"{CASHIER}/{name}.rs" for name in ["hear", "look", "open", "refund", "reconcile", "renewal"]
)
TURN = f"{PAYMENT}/turn.rs"
EXCHANGED = f"{PAYMENT}/term/exchanged.rs"
BOOKED = "shared/store/src/payments/booked.rs"
STARS, SHOP, SALE = f"{DESK}/stars.rs", f"{DESK}/shop.rs", "shared/app/src/sale.rs"
YOOKASSA, STRIPE = "shared/payments/src/yookassa", "shared/payments/src/stripe"
WEBHOOK = "functions/payment-webhook/src"

WENT_BACK = "            Money::Arrived if is_whole(truth) => Ok(only(self.returned(State::Refunded, truth))),\n"
TAKEN = "            Money::Disputed => Ok(only(self.returned(State::ChargedBack, truth))),\n"
FIRST, WHILE_HELD = "            Money::Arrived => match", "            Money::Arrived | Money::Awaited"
ASTRAY = "Money::Awaited | Money::Underway | Money::Canceled => return Err(Unchanged::Astray),\n            Money::Disputed => "
KNOWN = "Money::Awaited | Money::Underway | Money::Canceled => return Err(Unchanged::Known),\n            Money::Disputed => "

MACHINE = [
    # What follows from a rail's word.
    (TOLD, "State::ChargedBack if self.granted", "State::ChargedBack if true"),
    (TOLD, "Money::Arrived if truth.refunded >= self.refunded => Err(Unchanged::Known),", ""),
    (TOLD, "Money::Arrived if self.granted => self.undone(),", ""),
    (TOLD, "Money::Arrived if self.id.rail != Rail::Stars =>", "Money::Arrived =>"),
    (TOLD, "if self.id.rail == Rail::Stars {", "if false {"),
    (TOLD, "change.after.refunded < self.refunded", "false"),
    (TOLD, "Money::Awaited | Money::Underway => Err(Unchanged::Known)", "Money::Awaited | Money::Underway => Ok(self.grant())"),
    (TOLD, "Money::Canceled if self.state == State::Void => Err(Unchanged::Known),", ""),
    (TOLD, TAKEN + WENT_BACK + FIRST, "            Money::Disputed => Ok(self.grant()),\n" + WENT_BACK + FIRST),
    (TOLD, WENT_BACK + FIRST, FIRST),
    (TOLD, "Some(misfit) => Ok(self.held_for(misfit)),", "Some(_) => Ok(self.grant()),"),
    (TOLD, "Money::Arrived => self.told_first(truth, offer, till),", "Money::Arrived => Ok(self.grant()),"),
    (TOLD, "after.granted = true;", ""),
    (TOLD, "after.misfit = None;", ""),
    (TOLD, "after.misfit = None;\n        after.refunded = 0;", "after.misfit = None;"),
    (TOLD, TAKEN + WENT_BACK + WHILE_HELD, WENT_BACK + WHILE_HELD + " | Money::Disputed"),
    (TOLD, WENT_BACK + WHILE_HELD, WHILE_HELD),
    (TOLD, ASTRAY + "(State", KNOWN + "(State"),
    (TOLD, ASTRAY + "State", KNOWN + "State"),
    (TOLD, "Money::Arrived if truth.refunded == self.refunded => return Err(Unchanged::Known),", ""),
    (TOLD, "Money::Arrived if truth.refunded < self.refunded => return self.undone(),", ""),
    (TOLD, "Money::Arrived if is_whole(truth) => (State::Refunded, truth.refunded),", ""),
    (TOLD, "share(given, refunded, truth.amount.minor)", "given"),
    (TOLD, "back.minus(self.clawed).unwrap_or(Credits::ZERO)", "back"),
    (TOLD, "Money::Arrived if is_whole(truth) => State::Refunded,\n", "Money::Arrived if truth.refunded > 0 => State::Refunded,\n"),
    (TOLD, "after.clawed = self.clawed.plus(self.aside).unwrap_or(self.clawed);", ""),
    (TOLD, "after.aside = Credits::ZERO;", ""),
    (TOLD, "Money::Arrived if is_whole(truth) => Ok(only(self.becomes(State::Refunded))),", ""),
    (TOLD, "after.refunded = 0;\n        after.clawed", "after.clawed"),
    (TOLD, "after.clawed = Credits::ZERO;", ""),
    (TOLD, "truth.refunded > 0 &&", ""),
    (TOLD, ".filter(|offer| Some(&offer.id) == truth.purchase.as_ref())", ""),
    (TOLD, "offer.rail == truth.id.rail", "true"),
    (TOLD, "offer.price == truth.amount", "true"),
    (TOLD, "till.shop == truth.shop", "true"),
    (TOLD, "truth.payer.is_none_or(|payer| payer == offer.id.user)", "true"),
    (TOLD, "till.takes_test || !truth.is_test", "true"),
    (STATES, "Self::Claw(_) if after.state == State::Credited => None,", ""),
    (STATES, "revision: self.revision.saturating_add(1)", "revision: self.revision"),
    # Money that we give back.
    (REFUND, "self.state != State::Credited", "false"),
    (REFUND, "given.minus(self.clawed).unwrap_or(Credits::ZERO)", "given"),
    (REFUND, "available < needed", "false"),
    (REFUND, "self.state != State::RefundHeld", "false"),
    (REFUND, "after.aside = Credits::ZERO;", ""),
    (REFUND, "let waits = self.state == State::Held &&", "let waits ="),
    (REFUND, "if self.state == State::Held && !self.granted {", "if false {"),
    (REFUND, "State::Held && !self.granted;", "State::Held;"),
    (REFUND, "if !self.granted {", "if false {"),
    # What was given up with everything else.
    (STATES, "if account.has_given_up(record) => {", "if false => {"),
    (STATES, "credits.min(account.balance.forfeited)", "credits"),
    (TURN, "TermEffect::Withdraw if account.has_given_up(self) => return Turn::Stays,", ""),
    (TURN, "erased.max(now)", "now"),
    # Plans.
    (TERM, "Some(rest) if rest.plan == term.plan => {\n", "Some(rest) if rest.plan == term.plan && false => {\n"),
    (TERM, "others.clone_from(&standing.exchanged);", ""),
    (TERM, "shelf.exchanged(&rest, &term.plan, deal.rail).ok_or_else(lost)?", "shelf.exchanged(&rest, &term.plan, deal.rail).unwrap_or(Millis::ZERO)"),
    (TERM, "deal.renews &&", ""),
    (TERM, "deal.renews && grace > Millis::ZERO", "deal.renews"),
    (TERM, "comes && grace > Millis::ZERO", "grace > Millis::ZERO"),
    (TERM, "changes.then(||", "true.then(||"),
    (TERM, "plan.ok_or_else(|| NotBegun::Gone(term.plan.clone()))?", "plan.unwrap_or(&shelf.plans[0])"),
    (TERM, "standing.plan.as_ref().filter(|held| held.key == term.plan)", "standing.plan.as_ref()"),
    (TERM, "if span == Millis::ZERO {", "if false {"),
    (TERM, "rest.max(exchanged::time(&others).min(left))", "rest"),
    (TERM, "if kept == Millis::ZERO {", "if false {"),
    (TERM, "if is_own\n        && kept <= exchanged::time(&others)", "if false\n        && kept <= exchanged::time(&others)"),
    (TERM, "&& kept <= exchanged::time(&others)", ""),
    (TERM, "standing.plan_grace.filter(|_| !is_own)", "standing.plan_grace"),
    (TERM, "Err(_) => return Ok(standing.clone()),", "Err(_) => (taken.plan, now, taken.time),"),
    (TERM, "Ok(Some(rest)) if rest.plan == taken.plan => (rest.plan, rest.until, taken.time),", ""),
    (TERM, "if taken.time <= Millis::ZERO {", "if false {"),
    (TERM, "if key != term.plan {", "if false {"),
    (EXCHANGED, "part.plan != into &&", ""),
    (EXCHANGED, "part.time.min(left)", "part.time"),
    (EXCHANGED, "part.rest.min(term.span())", "part.rest"),
    (EXCHANGED, "let last = exchanged.pop()?;", "let last = exchanged.first()?.clone();"),
    (TERM, "shelf.exchanged(&given, rest.plan, rail).ok_or_else(lost)?", "shelf.exchanged(&given, rest.plan, rail).unwrap_or(Millis::ZERO)"),
    (TERM, "held.until.ok_or_else(|| NotBegun::Endless(held.key.clone()))?", "held.until.unwrap_or(now)"),
    (TERM, "(now < until).then(|| Rest {", "true.then(|| Rest {"),
    (TERM, ".filter(|held| held.key == plan)", ""),
    (TERM, ".filter(|grace| now < *grace)", ""),
    (TERM, "revision: standing.revision.saturating_add(1)", "revision: standing.revision"),
    (TERM, "old.prices.is_empty()", "false"),
    (TERM, ".filter(|days| *days > 0)", ""),
    (TERM, "price.saturating_sub(credits)", "price"),
    (TERM, "credits == Credits::ZERO", "false"),
    (TERM, "had.minor == 0", "false"),
    (TERM, "(below > 0).then(||", "true.then(||"),
    # What is still to be done about a payment.
    (RECORD, ".filter(|_| self.user.is_some())", ""),
    (RECORD, "(_, State::RefundHeld) => Some(now.after(ASKED_WITHIN)),", ""),
    (RECORD, "let waits = self.payment.state == State::RefundHeld;", "let waits = false;"),
    (RECORD, ".filter(|_| self.payment.state == State::Credited)", ""),
    (RECORD, "0 if days >= DAYS_WORTH_A_WORD", "0 if true"),
    (RECORD, "2 if self.renews", "2 if true"),
    (RECORD, "!(renews && awaited)", "true"),
    (RECORD, "Self::NotRenewed => awaited,", "Self::NotRenewed => true,"),
    (RECORD, "matches!(state, State::Credited | State::Held)", "matches!(state, State::Held)"),
    (RECORD, "matches!(state, State::Credited | State::Held)", "matches!(state, State::Credited)"),
    (RECORD, "now.since(self.at) <= WISH_COUNTS", "true"),
    (RECORD, "tries >= TELLS_MAX", "tries >= TELLS_MAX.saturating_mul(9)"),
    (RECORD, "self.payment.id.id, self.payment.revision)", "self.payment.id.id, 0)"),
    (RECORD, "version: self.version.saturating_add(1)", "version: self.version"),
    # An offer to one customer.
    (PURCHASE, "self.stage == Stage::Open &&", ""),
    (PURCHASE, "&& now < self.expires_at", ""),
    (PURCHASE, "at.min(self.expires_at.after(LAST_LOOK_AFTER))", "at"),
    (PURCHASE, "now >= self.expires_at.after(LAST_LOOK_AFTER)", "now >= self.expires_at"),
    (PURCHASE, "revision: self.revision.saturating_add(1)", "revision: self.revision"),
    (PURCHASE, "attempt: self.attempt.saturating_add(1)", "attempt: self.attempt"),
    (PURCHASE, "payer != self.offer.id.user", "false"),
    (PURCHASE, "matches!(self.stage, Stage::Paid | Stage::Held)", "matches!(self.stage, Stage::Held)"),
    (PURCHASE, "matches!(self.stage, Stage::Paid | Stage::Held)", "matches!(self.stage, Stage::Paid)"),
    (PURCHASE, "(self.stage == Stage::Open).then(|| Self {", "true.then(|| Self {"),
    (PURCHASE, "!self.is_payable(now)", "false"),
    (PURCHASE, "amount != Some(self.offer.price)", "false"),
    (PURCHASE, "self.stage == Stage::Paid &&", ""),
    (PURCHASE, "&& self.renewal != Some(Renewal::Failed)", ""),
    (PURCHASE, "self.paid_by.clone().or(Some(by))", "Some(by)"),
    (PURCHASE, "self.offer.renews.then_some(Renewal::Active)", "Some(Renewal::Active)"),
    # What sees it when one of these is gone.
    (AUDIT, "record.is_none_or(|record| record.user != Some(*user))", "false"),
    (AUDIT, "record.is_none_or(|record| record.user != Some(*user))", "record.is_none()"),
    (AUDIT, "(there != expected).then(||", "false.then(||"),
    (AUDIT, "said != i64::from(kept.0)", "false"),
    (AUDIT, ".is_none_or(|gone| gone > record.goods.credits)", ".is_none()"),
    (AUDIT, "payment.state == State::RefundHeld && record.due_at.is_none()", "false"),
    (AUDIT, "record.payment.granted && record.purchase", "record.purchase"),
    (AUDIT, "&& record.purchase.as_ref() == Some(id)", ""),
    (AUDIT, "if purchase.due_at.is_none()", "if false"),
    (AUDIT, "u64::from(account.balance.aside.0) != of(account.user)", "false"),
]

TABLES = [
    (PAYMENTS, "is_some_and(ours)", "is_some()"),
    (PAYMENTS, "if ours { Written::Yes } else { Written::Overtaken }", "if ours { Written::Overtaken } else { Written::Overtaken }"),
    (PAYMENTS, "            Err(table::Error::Refused(_)) => Ok(Credits::ZERO),\n", ""),
    (SETTLE, "[PAYMENT, PURCHASE, ACCOUNT]", "[PURCHASE, ACCOUNT]"),
    (SETTLE, "[PAYMENT, PURCHASE, ACCOUNT]", "[PAYMENT, ACCOUNT]"),
    (SETTLE, "[PAYMENT, PURCHASE, ACCOUNT]", "[PAYMENT, PURCHASE]"),
    (SETTLE, "[PAYMENT, PURCHASE, ACCOUNT]", "[PAYMENT, PURCHASE, ACCOUNT, ENTRY]"),
    (SETTLE, "granted.is_none()", "false"),
    (SETTLE, "writes.extend(step.besides.iter().cloned());", ""),
]

COUNTER = [
    # What is done with a rail's word.
    (HEAR, "after.amount = truth.amount;", ""),
    (TURN, "(!self.knows_of_payment()).then(||", "true.then(||"),
    (TURN, "(_, State::Held) => self.held(),", ""),
    (TURN, "(self.stage == Stage::Held).then(||", "true.then(||"),
    (HEAR, "let waits = purchase.and_then(|purchase| purchase.after(&held));", "let waits: Option<Purchase> = None;"),
    (HEAR, ".is_ok_and(|change| record.payment.is_undone_by(change))", ".is_ok_and(|_| false)"),
    (HEAR, "(record.version > 0).then_some(record)", "Some(record)"),
    (HEAR, "let astray = unchanged == Unchanged::Astray;", "let astray = false;"),
    (TURN, "Err(cannot) => return Turn::Cannot(cannot),", "Err(_) => return Turn::Stays,"),
    (TURN, "taken.standing\n", "standing.clone()\n"),
    (TURN, "self.withdrawn = taken.time;", ""),
    (TURN, "self.withdrawn_of = Some(taken.plan).filter(|plan| *plan != term.plan);", ""),
    (TURN, "self.withdrawn = Millis::ZERO;", ""),
    # Asking without having been told to.
    (LOOK, "truth.money == Money::Canceled && purchase.stage != Stage::Paid", "false"),
    (LOOK, "if purchase.stage != Stage::Open {\n            if purchase.due_at", "if false {\n            if purchase.due_at"),
    (LOOK, "if purchase.due_at.is_some() {", "if false {"),
    (LOOK, "None => self.payments.purchase(id).await?,", "None => None,"),
    (LOOK, "gone && written == Written::Yes", "false"),
    (LOOK, "if taker.rail() == Rail::Stars {", "if false {"),
    (LOOK, "if purchase.stage != Stage::Open {\n            return Ok(still(purchase));", "if false {\n            return Ok(still(purchase));"),
    # A page on which to pay.
    (OPEN, "!purchase.is_payable(now)", "false"),
    (OPEN, "if purchase.url.is_some()", "if false"),
    (OPEN, "now.since(purchase.opened_at) > KEY_REMEMBERED", "false"),
    (OPEN, ".filter(|id| !id.is_empty())", ""),
    # Money back.
    (BACK, "self.rails.get(id.rail).ok_or(RefundError::NoRail)?;", ""),
    (BACK, "alone && selling.wants_four_eyes(id.rail, record.amount)", "false"),
    (BACK, "alone && selling.wants_four_eyes", "selling.wants_four_eyes"),
    (BACK, "first.by.eq_ignore_ascii_case(&wanted.by)", "false"),
    (BACK, "first.by.eq_ignore_ascii_case(&wanted.by)", "first.by == wanted.by"),
    (BACK, ".filter(|first| first.counts_at(wanted.at))", ""),
    (BACK, "if let Err(error) = self.notice(id, deadline).await {\n            tracing::warn!(name: \"refund_truth_unread\"", "if let Err(error) = Ok::<(), Error>(()) {\n            tracing::warn!(name: \"refund_truth_unread\""),
    (BACK, "if let Err(error) = self.notice(id, deadline).await {\n            tracing::warn!(name: \"acceptance_truth_unread\"", "if let Err(error) = Ok::<(), Error>(()) {\n            tracing::warn!(name: \"acceptance_truth_unread\""),
    (BACK, "stands.untold = None;", ""),
    (BACK, "State::RefundHeld => self.later(record, deadline).await,\n                    _ =>", "_ =>"),
    (BACK, "Outcome::Refused { why } => self.abandon(record, why, deadline).await,", "Outcome::Refused { why: _ } => self.later(record, deadline).await,"),
    (BACK, "        self.notice(record.id(), deadline).await?;\n        for", "        for"),
    (BACK, "record.is_test && !self.takes_test(id.rail)", "false"),
    (BACK, "if let Err(error) = self.end_renewal(&record, deadline).await {", "if let Err(error) = Ok::<(), Error>(()) {"),
    # Subscriptions.
    (RENEWAL, ".filter(|purchase| purchase.renewal.is_some())", ""),
    (RENEWAL, "if wanted && let Some(other)", "if false && let Some(other)"),
    (RENEWAL, "Renewal::Active | Renewal::Failed)", "Renewal::Active)"),
    (RENEWAL, "purchase.renewal != Some(Renewal::Canceled)", "true"),
    (RENEWAL, "Outcome::Done(()) if wanted => Ok(Renewed::Allowed),", ""),
    # The rails' books against ours.
    (RECONCILE, "Timestamp(now.0.saturating_sub(SETTLED_AFTER.0))", "now"),
    (RECONCILE, "(from..until).contains(&record.payment.created_at)", "true"),
    (RECONCILE, "truth.purchase.is_none()", "false"),
    (RECONCILE, "Money::Disputed => self.notice(&truth.id, deadline).await,", "Money::Disputed => return,"),
    (RECONCILE, "if heard.astray =>", "if false =>"),
    (RECONCILE, "heard.changed && truth.money != Money::Canceled", "false"),
    (RECONCILE, "&& truth.money != Money::Canceled", ""),
    (RECONCILE, "credited && !listed.contains(record.id())", "credited"),
    (RECONCILE, "credited && !listed.contains(record.id())", "!listed.contains(record.id())"),
    (RECONCILE, "if differences == 0", "if false"),
    (RECONCILE, "Ok(Some(heard)) if has_come_back(&heard)", "Ok(Some(_)) if false"),
    (RECONCILE, "given_back && truth.money", "truth.money"),
    (RECONCILE, "&& !is_whole && truth.id", "&& truth.id"),
    (RECONCILE, "&& truth.id.rail != Rail::Stars", ""),
    (BOOKED, ".filter(|record| record.payment.granted)", ""),
    (BOOKED, "Some(record.goods.credits.0)", "Row(entry).n::<u32>(\"amount\").ok()"),
    (BOOKED, ".filter(|(record, key)| !found", ".filter(|(record, key)| found"),
    # In the bot.
    (STARS, "!snapshot.selling.rails.contains(&Rail::Stars)", "false"),
    (STARS, "if let Err(why) = purchase.check_out(", "if false && let Err(why) = purchase.check_out("),
    (STARS, "begun.is_err() ||", ""),
    (STARS, "|| twice", ""),
    (STARS, "other != term.plan ||", ""),
    (STARS, "term.plan || renews", "term.plan"),
    (STARS, ".filter(|id| id.user.0 == changed.user.id)", ""),
    (STARS, "record.untold.is_some() && changed", "changed"),
    (STARS, "&& message.successful_payment.is_some()", ""),
    (SALE, ".filter(|rail| cashier.rails.get(*rail).is_some())", ""),
    (SHOP, ".filter(|_| self.sells())", ""),
    (SHOP, "partition(|rail| hindered(rail).is_none())", "partition(|_| true)"),
    (SALE, "renewing != term.plan ||", ""),
    (SALE, "|| ware.renews_on(rail)", ""),
    (SALE, ".filter(|_| self.rails().contains(&rail))", ""),
    (SALE, "if let Some(why) = self.hindered(&ware, rail, renewing.as_deref()) {", "if let Some(why) = None::<String> {"),
]

NOTICES = [
    # Who says so.
    (f"{STRIPE}/notice.rs", "(Some(at), None) =", "(Some(at), _) ="),
    (f"{STRIPE}/notice.rs", "secret.is_empty() ||", ""),
    (f"{STRIPE}/notice.rs", "near.is_none_or(|age| age.unsigned_abs() > TOLERANCE_S.unsigned_abs())", "false"),
    (f"{STRIPE}/notice.rs", "age.unsigned_abs() > TOLERANCE_S.unsigned_abs()", "age > TOLERANCE_S"),
    (f"{STRIPE}/notice.rs", '        let signed = [at.as_bytes(), b".", body].concat();', "        let signed = body.to_vec();"),
    (f"{STRIPE}/notice.rs", '.filter(|(name, _)| *name == "v1")', ""),
    (f"{STRIPE}/notice.rs", ".take(SIGNATURES_MAX)", ""),
    (f"{STRIPE}/notice.rs", "hmac::verify(&key, &signed, &signature).is_ok()", "!signature.is_empty()"),
    (f"{YOOKASSA}/notice.rs", "(!payment.is_empty())", "true"),
    (f"{YOOKASSA}/notice.rs", "any(|network| network.contains(&source))", "all(|network| network.contains(&source))"),
    (f"{YOOKASSA}/notice.rs", "source.to_canonical()", "source"),
    # What the rail says.
    (f"{YOOKASSA}/read.rs", "(refunded.currency == amount.currency).then_some(refunded.minor)", "Some(refunded.minor)"),
    (f"{YOOKASSA}/read.rs", 'Money::Arrived if body.get("paid") == Some(&Value::Bool(false)) => Money::Awaited,', ""),
    (f"{YOOKASSA}/read.rs", 'body.get("test") != Some(&Value::Bool(false))', "false"),
    (f"{STRIPE}/read.rs", 'is(body, "payment_intent").then_some(())?;', ""),
    (f"{STRIPE}/read.rs", 'Some(charge) if flag(charge, "disputed") => Money::Disputed,', ""),
    (f"{STRIPE}/read.rs", 'Some(charge) if flag(charge, "paid") =>', "Some(charge) if charge.is_object() =>"),
    (f"{STRIPE}/read.rs", '!flag(body, "livemode")', "false"),
    (f"{STRIPE}/read.rs", ".filter(|disputes| !disputes.is_empty())", ""),
]

GATE = [
    (f"{WEBHOOK}/lib.rs", "request.body().as_ref().len() > NOTICE_BYTES_MAX", "false"),
    (f"{WEBHOOK}/lib.rs", '("POST", "/yookassa")', '(_, "/yookassa")'),
    (f"{WEBHOOK}/lib.rs", '("POST", "/stripe")', '(_, "/stripe")'),
    (f"{WEBHOOK}/lib.rs", "yookassa::is_known(source, &app.networks)", "true"),
    (f"{WEBHOOK}/lib.rs", "if !signed", "if false"),
    (f"{WEBHOOK}/lib.rs", ".filter(|_| heard.changed)", ""),
]

LISTED = [
    ("payments", file, code, instead, tests)
    for guards, tests in [
        (MACHINE, [DOMAIN]),
        (TABLES, [STORE]),
        (COUNTER, [DOMAIN, PAYING, SHOPPING]),
        (NOTICES, [RAILS]),
        (GATE, [HOOK, PAYING]),
    ]
    for file, code, instead in guards
]
