//! I11, I12, I20, and what they rest on: each payment against the ledger and against its movements, each purchase against
//! its payment.

use std::collections::BTreeMap;

use super::{Books, Index, Violation, violation};
use crate::id::UserId;
use crate::ledger::{After, Key};
use crate::money::Credits;
use crate::payment::{Movement, PaymentId, Record, State};
use crate::purchase::{Purchase, Stage};

/// Purchases and payments, as read.
#[derive(Clone, Debug, Default)]
pub struct Sales {
    /// Every purchase.
    pub purchases: Vec<Purchase>,
    /// Every payment.
    pub payments: Vec<Record>,
    /// Every movement of money.
    pub movements: Vec<Movement>,
}

/// What the ledger says of one payment, all in all.
#[derive(Clone, Copy, Debug, Default)]
struct Moved {
    clawed: i64,
    aside: i64,
}

/// Everything that is wrong with what was sold.
pub(super) fn wrong(books: &Books, index: &Index<'_>) -> Vec<Violation> {
    let Some(sales) = &books.sales else {
        return Vec::new();
    };
    let moved = moved(books);
    let known: BTreeMap<&PaymentId, &Record> = sales
        .payments
        .iter()
        .map(|record| (record.id(), record))
        .collect();
    let mut found = entries_without_payments(books, &known);
    for record in &sales.payments {
        found.extend(wrong_with_grant(index, record));
        found.extend(wrong_with_return(&moved, record));
    }
    found.extend(
        sales
            .purchases
            .iter()
            .filter_map(|purchase| wrong_with_purchase(purchase, &known)),
    );
    found.extend(wrong_with_aside(books, sales));
    found.extend(wrong_with_movements(sales, &known));
    found
}

/// I20: all movements of a payment's money together are what is ours of it.
fn wrong_with_movements(sales: &Sales, known: &BTreeMap<&PaymentId, &Record>) -> Vec<Violation> {
    let mut sums: BTreeMap<&PaymentId, i128> = known.keys().map(|id| (*id, 0)).collect();
    for movement in &sales.movements {
        let minor = i128::from(movement.amount.minor);
        let by = if movement.what.is_gain() {
            minor
        } else {
            minor.saturating_neg()
        };
        let sum = sums.entry(&movement.payment).or_default();
        *sum = sum.saturating_add(by);
    }
    let ours = |id: &PaymentId| known.get(id).map_or(0, |record| i128::from(record.ours()));
    let wrong = sums.into_iter().filter(|(id, sum)| *sum != ours(id));
    wrong
        .map(|(id, sum)| {
            let what = format!(
                "payment {id}: {} of it is ours, its movements say {sum}",
                ours(id)
            );
            violation("I20", what)
        })
        .collect()
}

/// What went back and what is set aside, by payment.
fn moved(books: &Books) -> BTreeMap<&PaymentId, Moved> {
    let mut moved: BTreeMap<&PaymentId, Moved> = BTreeMap::new();
    for entry in books.ledger.values().flatten() {
        let Key::Payment(what, id, _) = &entry.key else {
            continue;
        };
        let (amount, sum) = (i64::from(entry.amount.0), moved.entry(id).or_default());
        let (clawed, aside) = match what {
            After::Clawed => (amount, 0),
            After::Restored => (amount.saturating_neg(), 0),
            After::SetAside => (0, amount),
            After::TakenAside => (amount, amount.saturating_neg()),
            After::PutBack => (0, amount.saturating_neg()),
            // It is taken from one sum of the account's to another, before it goes.
            After::Recalled => (0, 0),
        };
        sum.clawed = sum.clawed.saturating_add(clawed);
        sum.aside = sum.aside.saturating_add(aside);
    }
    moved
}

/// I11: money that nobody has heard of was credited, or another customer's.
fn entries_without_payments(books: &Books, known: &BTreeMap<&PaymentId, &Record>) -> Vec<Violation> {
    let entries = books
        .ledger
        .iter()
        .flat_map(|(user, entries)| entries.iter().map(move |entry| (*user, &entry.key)));
    let about = entries.filter_map(|(user, key)| match key {
        Key::Purchase(id) | Key::Payment(_, id, _) => Some((user, key, id)),
        Key::Signup
        | Key::Adjust(_)
        | Key::Promo(_)
        | Key::Bonus(_)
        | Key::Invited
        | Key::Invite(_)
        | Key::Forfeit(_)
        | Key::Hold(_)
        | Key::Capture(_)
        | Key::Release(_) => None,
    });
    let orphans = about.filter(|(user, _, id)| {
        let record = known.get(id);
        record.is_none_or(|record| record.user != Some(*user))
    });
    orphans
        .map(|(user, key, _)| violation("I11", format!("user {user}: {key} has no payment of theirs")))
        .collect()
}

/// I11: what was granted stands in the ledger once, with what was bought; what was not granted does not.
fn wrong_with_grant(index: &Index<'_>, record: &Record) -> Option<Violation> {
    let (id, payment) = (record.id(), &record.payment);
    let key = Key::Purchase(id.clone());
    let there = record
        .user
        .map(|user| index.amounts(user, &key))
        .unwrap_or_default();
    let expected: Vec<Credits> = payment
        .granted
        .then_some(record.goods.credits)
        .into_iter()
        .collect();
    (there != expected).then(|| {
        let what = format!("payment {id} should have granted {expected:?}, and the ledger says {there:?}");
        violation("I11", what)
    })
}

/// I12: what went back, and what is set aside for it, is what the ledger says, and never more than was given.
fn wrong_with_return(moved: &BTreeMap<&PaymentId, Moved>, record: &Record) -> Vec<Violation> {
    let (id, payment) = (record.id(), &record.payment);
    let of_ledger = moved.get(id).copied().unwrap_or_default();
    let mut found = Vec::new();
    for (what, said, kept) in [
        ("gone back", of_ledger.clawed, payment.clawed),
        ("set aside", of_ledger.aside, payment.aside),
    ] {
        if said != i64::from(kept.0) {
            let what = format!("payment {id}: {kept} are {what}, and the ledger says {said}");
            found.push(violation("I12", what));
        }
    }
    if payment.granted
        && payment
            .clawed
            .plus(payment.aside)
            .is_none_or(|gone| gone > record.goods.credits)
    {
        let what = format!(
            "payment {id}: more went back than the {} that were given",
            record.goods.credits
        );
        found.push(violation("I12", what));
    }
    if payment.state == State::RefundHeld && record.due_at.is_none() {
        let what = format!("payment {id} is being given back and nobody will go on with it");
        found.push(violation("I17", what));
    }
    found
}

/// A purchase that is paid names money that was credited, and one that is open will be asked about.
fn wrong_with_purchase(purchase: &Purchase, known: &BTreeMap<&PaymentId, &Record>) -> Option<Violation> {
    let id = purchase.id();
    match (purchase.stage, &purchase.paid_by) {
        (Stage::Paid, by) => {
            let record = by.as_ref().and_then(|by| known.get(by));
            let good =
                record.is_some_and(|record| record.payment.granted && record.purchase.as_ref() == Some(id));
            (!good).then(|| violation("I11", format!("purchase {id} is paid by no payment of its own")))
        }
        (Stage::Open, _) if purchase.due_at.is_none() => {
            let what = format!("purchase {id} is open and nobody will ask about it");
            Some(violation("I17", what))
        }
        (Stage::Open | Stage::Held | Stage::Gone, _) => None,
    }
}

/// What an account has set aside is what its payments have.
fn wrong_with_aside(books: &Books, sales: &Sales) -> Vec<Violation> {
    let mut aside: BTreeMap<UserId, u64> = BTreeMap::new();
    for record in &sales.payments {
        if let Some(user) = record.user {
            let sum = aside.entry(user).or_default();
            *sum = sum.saturating_add(u64::from(record.payment.aside.0));
        }
    }
    let of = |user: UserId| aside.get(&user).copied().unwrap_or(0);
    let wrong = books
        .accounts
        .iter()
        .filter(|account| u64::from(account.balance.aside.0) != of(account.user));
    wrong
        .map(|account| {
            let (user, there) = (account.user, account.balance.aside);
            let what = format!("user {user}: {there} set aside, payments say {}", of(user));
            violation("I12", what)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{Account, Balance};
    use crate::audit::violations;
    use crate::ledger::Entry;
    use crate::money::{Amount, Currency};
    use crate::payment::{Goods, Money, Moved, Offer, PurchaseId, Rail, Till, Truth};
    use crate::time::{Millis, Timestamp};

    const NOW: Timestamp = Timestamp(1_795_284_000_000);

    /// A payment that was credited, and books in which all of it stands.
    fn sound() -> Books {
        let offer = Offer {
            id: PurchaseId::parse("buy-7-2222222222222222").unwrap(),
            goods: Goods {
                credits: Credits(20),
                term: None,
            },
            rail: Rail::YooKassa,
            price: Amount {
                minor: 69_900,
                currency: Currency::Rub,
            },
            renews: false,
        };
        let truth = Truth {
            id: PaymentId::parse("yookassa#22d6").unwrap(),
            money: Money::Arrived,
            amount: offer.price,
            refunded: 0,
            shop: None,
            purchase: Some(offer.id.clone()),
            payer: None,
            is_test: false,
        };
        let unheard = Record::unheard(&truth, Some((&offer, "Про", "ru")), NOW);
        let change = unheard
            .payment
            .told(&truth, Some(&offer), &Till::default())
            .unwrap();
        let record = unheard.after(&change, NOW);
        let (key, amount) = change.settlement.unwrap().entry(&record.payment, Credits(20));
        let movement = record.movement(&unheard.payment, NOW).unwrap();
        let mut account = Account::new(UserId(7));
        account.balance = Balance::default().apply(&key, amount).unwrap();
        let day = Millis::from_mins(24 * 60);
        let purchase = Purchase::new(offer, "Про".to_owned(), "ru".to_owned(), NOW, day).first();
        Books {
            accounts: vec![account],
            ledger: BTreeMap::from([(UserId(7), vec![Entry { key, amount, at: NOW }])]),
            sales: Some(Sales {
                purchases: vec![purchase.paid(record.id().clone())],
                payments: vec![record],
                movements: vec![movement],
            }),
            ..Books::default()
        }
    }

    /// The invariants that are broken after something was changed in sound books.
    fn broken(spoil: impl FnOnce(&mut Books)) -> Vec<&'static str> {
        let mut books = sound();
        assert_eq!(violations(&books), []);
        spoil(&mut books);
        let mut found: Vec<&str> = violations(&books).iter().map(|found| found.invariant).collect();
        found.dedup();
        found
    }

    fn sales(books: &mut Books) -> &mut Sales {
        books.sales.as_mut().unwrap()
    }

    #[test]
    fn money_that_moved_otherwise_than_its_payment_says_is_seen() {
        assert_eq!(broken(|books| sales(books).movements.clear()), ["I20"]);
        assert_eq!(
            broken(|books| sales(books).movements[0].what = Moved::Refunded),
            ["I20"]
        );
        assert_eq!(
            broken(|books| sales(books).movements[0].payment.id = "other".to_owned()),
            ["I20"]
        );
        assert_eq!(
            broken(|books| sales(books).payments[0].payment.refunded = 1),
            ["I20"]
        );
    }

    #[test]
    fn credits_without_a_payment_or_with_another_customers_are_seen() {
        assert_eq!(broken(|books| sales(books).payments.clear()), ["I11", "I20"]);
        assert_eq!(
            broken(|books| sales(books).payments[0].user = Some(UserId(8))),
            ["I11"]
        );
        assert_eq!(
            broken(|books| sales(books).payments[0].payment.granted = false),
            ["I11", "I20"]
        );
        assert_eq!(
            broken(|books| sales(books).payments[0].goods.credits = Credits(21)),
            ["I11"]
        );
    }

    #[test]
    fn what_went_back_and_what_is_set_aside_is_what_the_ledger_says() {
        assert_eq!(
            broken(|books| sales(books).payments[0].payment.clawed = Credits(1)),
            ["I12"]
        );
        assert_eq!(
            broken(|books| sales(books).payments[0].payment.aside = Credits(1)),
            ["I12"]
        );
        assert_eq!(
            broken(|books| sales(books).payments[0].payment.clawed = Credits(21)),
            ["I12"]
        );
        // An account that has set something aside which no payment knows of.
        let aside = broken(|books| {
            let balance = &mut books.accounts[0].balance;
            (balance.available, balance.aside) = (Credits(19), Credits(1));
        });
        assert_eq!(aside, ["I14", "I12"]);
    }

    #[test]
    fn a_purchase_that_is_paid_by_nothing_or_forgotten_is_seen() {
        assert_eq!(broken(|books| sales(books).purchases[0].paid_by = None), ["I11"]);
        assert_eq!(
            broken(|books| sales(books).purchases[0].paid_by = PaymentId::parse("stars#1")),
            ["I11"]
        );
        assert_eq!(
            broken(|books| sales(books).purchases[0].stage = Stage::Open),
            ["I17"]
        );
        let refund = broken(|books| {
            let record = &mut sales(books).payments[0];
            record.payment.state = State::RefundHeld;
            record.due_at = None;
        });
        assert_eq!(refund, ["I17"]);
    }

    #[test]
    fn an_entry_that_names_money_of_nobody_or_of_another_is_named_itself() {
        let spoils: [fn(&mut Books); 2] = [
            |books| sales(books).payments.clear(),
            |books| sales(books).payments[0].user = Some(UserId(8)),
        ];
        for spoil in spoils {
            let mut books = sound();
            spoil(&mut books);
            let found = violations(&books);
            let named = |found: &Violation| found.found.contains("has no payment of theirs");
            assert!(found.iter().any(named), "{found:?}");
        }
    }

    #[test]
    fn a_purchase_paid_by_money_that_was_never_credited_or_is_anothers_is_seen() {
        let held = |books: &mut Books| {
            let record = &mut sales(books).payments[0];
            record.payment.granted = false;
            books.ledger.clear();
            books.accounts[0].balance = Balance::default();
        };
        assert_eq!(broken(held), ["I11", "I20"]);
        let anothers = broken(|books| {
            sales(books).payments[0].purchase = PurchaseId::parse("buy-7-3333333333333333");
        });
        assert_eq!(anothers, ["I11"]);
    }

    #[test]
    fn more_than_was_given_never_goes_back_even_if_the_ledger_says_so() {
        let broken = broken(|books| {
            let record = &mut sales(books).payments[0];
            record.payment.clawed = Credits(21);
            let key = Key::Payment(After::Clawed, record.id().clone(), 2);
            let (amount, at) = (Credits(21), NOW);
            let entries = books.ledger.entry(UserId(7)).or_default();
            entries.push(Entry { key, amount, at });
            books.accounts[0].balance = Balance::fold(entries.iter()).unwrap();
        });
        assert_eq!(broken, ["I12"]);
    }
}
