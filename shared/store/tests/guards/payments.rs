//! The guards of money: the payment and the purchase as they were read, the entry that is free, and the account as the step
//! needs it.

use domain::account::Account;
use domain::id::UserId;
use domain::ledger::Key;
use domain::money::{Amount, Credits, Currency};
use domain::payment::{
    Change, Goods, Money, Moved, Movement, Offer, Payment, PaymentId, PurchaseId, Rail, Record, Till, Truth,
};
use domain::purchase::{Purchase, Renewal};
use domain::standing::{Held, Standing};
use domain::time::{Millis, Timestamp};
use store::{Credit, Error, Settled, Settling, Written, rows};
use table::{Write, n};

use crate::bench::*;

const GIVEN: Credits = Credits(20);

fn offer() -> Offer {
    Offer {
        id: PurchaseId::parse("buy-7-2222222222222222").unwrap(),
        goods: Goods {
            credits: GIVEN,
            term: None,
        },
        rail: Rail::YooKassa,
        price: Amount {
            minor: 69_900,
            currency: Currency::Rub,
        },
        renews: false,
    }
}

/// All of the money is here, or so much of it went back.
fn truth(refunded: u64) -> Truth {
    Truth {
        id: PaymentId::parse("yookassa#22d6").unwrap(),
        money: Money::Arrived,
        amount: offer().price,
        refunded,
        shop: None,
        purchase: Some(offer().id),
        payer: None,
        is_test: false,
    }
}

fn purchase() -> Purchase {
    let day = Millis::from_mins(24 * 60);
    Purchase::new(offer(), "Pro".to_owned(), "ru".to_owned(), NOW, day).first()
}

fn unheard() -> Record {
    Record::unheard(&truth(0), Some((&offer(), "Pro", "ru")), NOW)
}

/// What a record becomes by the rail's word.
fn told(record: &Record, truth: &Truth) -> (Record, Change) {
    let change = record
        .payment
        .told(truth, Some(&offer()), &Till::default())
        .unwrap();
    (record.after(&change, NOW), change)
}

/// A step as its account was read, and what it is to write.
struct Step {
    account: Account,
    before: Payment,
    after: Record,
    entry: (Key, Credits),
    recalled: Credits,
    purchase: Option<Purchase>,
    standing: Option<Standing>,
    besides: Vec<Write>,
}

impl Step {
    fn of(account: Account, before: &Record, (after, change): (Record, Change)) -> Self {
        let settlement = change.settlement.unwrap();
        let entry = settlement.entry(&after.payment, GIVEN);
        Self {
            recalled: settlement.recalls(&after, &account),
            account,
            before: before.payment.clone(),
            after,
            entry,
            purchase: None,
            standing: None,
            besides: Vec::new(),
        }
    }
}

impl Scene {
    async fn read(&self) -> Account {
        self.payments.account(USER).await.unwrap().unwrap()
    }

    /// A step that gives what was bought, with the account as it stands now.
    async fn grant(&self) -> Step {
        Step::of(self.read().await, &unheard(), told(&unheard(), &truth(0)))
    }

    /// A step that sets aside what was bought, with the payment credited and the account as it stands now.
    async fn aside(&self) -> Step {
        let granted = self.grant().await;
        assert_eq!(self.settle(&granted).await.unwrap(), Settled::Written);
        let account = self.read().await;
        let change = granted
            .after
            .payment
            .begin_refund(GIVEN, account.balance.available)
            .unwrap();
        Step::of(
            account,
            &granted.after,
            (granted.after.after(&change, NOW), change),
        )
    }

    async fn settle(&self, step: &Step) -> Result<Settled, Error> {
        let settling = Settling {
            before: &step.before,
            payment: &step.after,
            purchase: step.purchase.as_ref(),
            account: Some(Credit {
                before: &step.account,
                entry: step.entry.clone(),
                recalled: step.recalled,
                standing: step.standing.clone(),
            }),
            besides: step.besides.clone(),
            now: NOW,
        };
        self.payments.settle(&settling, soon()).await
    }

    async fn erase(&self, at: Timestamp) {
        let account = self.read().await;
        assert!(self.store.erase_account(&account, at, soon()).await.unwrap());
    }

    /// The step comes too late, and changes nothing.
    async fn overtakes_step(&self, step: &Step) {
        let before = self.everything().await;
        let outcome = self.settle(step).await;
        assert!(matches!(outcome, Ok(Settled::Overtaken)), "{outcome:?}");
        assert_eq!(
            self.everything().await,
            before,
            "a refused step changed something"
        );
    }

    /// Puts a customer into debt: the two credits of the gift are spent and more than they.
    async fn owes(&self, available: u32, debt: u32) {
        self.account(|write| write.set("available", n(available)).set("debt", n(debt)))
            .await;
    }
}

#[tokio::test]
async fn a_step_is_written_when_its_guards_hold() {
    let scene = Scene::new().await;
    let aside = scene.aside().await;
    assert_eq!(scene.settle(&aside).await.unwrap(), Settled::Written);
    let balance = scene.read().await.balance;
    assert_eq!((balance.available, balance.aside), (Credits(2), GIVEN));
    let (after, change) = told(&aside.after, &truth(69_900));
    let taken = Step::of(scene.read().await, &aside.after, (after, change));
    assert_eq!(scene.settle(&taken).await.unwrap(), Settled::Written);
    let mut books = scene.store.read_books().await.unwrap();
    scene.payments.read_into(&mut books).await.unwrap();
    assert_eq!(domain::audit::violations(&books), vec![]);
}

#[tokio::test]
async fn what_a_step_moves_is_listed_on_its_day_and_what_it_gives_on_that() {
    let scene = Scene::new().await;
    let granted = scene.grant().await;
    assert_eq!(scene.settle(&granted).await.unwrap(), Settled::Written);
    let (part, change) = told(&granted.after, &truth(9_900));
    let part = Step::of(scene.read().await, &granted.after, (part, change));
    assert_eq!(scene.settle(&part).await.unwrap(), Settled::Written);
    let mut moved: Vec<Movement> = Vec::new();
    let unread = scene
        .payments
        .moved_on(NOW, |movement| moved.push(movement))
        .await;
    assert_eq!(unread.unwrap(), 0);
    let mut told: Vec<(Moved, u64)> = moved
        .iter()
        .map(|movement| (movement.what, movement.amount.minor))
        .collect();
    told.sort_unstable();
    assert_eq!(told, [(Moved::Came, 69_900), (Moved::Refunded, 9_900)]);
    for (most, seen) in [(1, (1, false)), (2, (2, false)), (3, (2, true))] {
        let mut some = 0;
        let read = scene.payments.moved_up_to(most, NOW, |_| some += 1).await;
        let (_, are_all) = read.unwrap();
        assert_eq!((some, are_all), seen, "no more than {most}");
    }
    assert!(
        moved
            .iter()
            .all(|movement| movement.goods == offer().goods && movement.at == NOW)
    );
    // Among the payments of that day there is the payment alone.
    let page = scene.payments.of_day(NOW, None, 10).await.unwrap();
    assert_eq!((page.records.len(), page.unreadable), (1, Vec::new()));
    let mut given: Vec<(Key, Credits)> = Vec::new();
    let unread = scene
        .payments
        .given_on(NOW, |entry| given.push((entry.key, entry.amount)))
        .await;
    assert_eq!(unread.unwrap(), 0);
    given.sort_unstable();
    let bought = Key::Purchase(granted.after.id().clone());
    assert_eq!(given, [(Key::Signup, Credits(2)), (bought, GIVEN)]);
    let tomorrow = NOW.after(Millis::from_mins(24 * 60));
    let unread = scene
        .payments
        .given_on(tomorrow, |entry| panic!("{entry:?}"))
        .await;
    assert_eq!(unread.unwrap(), 0);
}

#[tokio::test]
async fn plans_that_run_at_a_time_are_found_by_it_and_movements_that_cannot_be_read_are_counted() {
    let scene = Scene::new().await;
    for (id, plan, ends_in) in [("a", "month", 5), ("b", "month", -5), ("c", "week", 5)] {
        let mut record = unheard();
        record.payment.id.id = id.to_owned();
        record.version = 1;
        record.goods.term = Some(domain::payment::Term {
            plan: plan.to_owned(),
            days: 30,
        });
        record.ends_at = Some(NOW.after(Millis::from_mins(ends_in)));
        assert_eq!(
            scene.payments.put_payment(&record, soon()).await.unwrap(),
            Written::Yes
        );
    }
    let mut running = Vec::new();
    let take = |record: Record| running.push(record.id().id.clone());
    assert_eq!(scene.payments.running("month", NOW, take).await.unwrap(), 0);
    assert_eq!(running, ["a"]);
    let key = [("id".to_owned(), table::s("movement#1#odd"))].into();
    let odd = Write::update("payment", &scene.sold.payments, key)
        .set("kind", table::s("movement"))
        .set(
            "day",
            table::s(format!("movement#{}", &NOW.rfc3339().unwrap()[..10])),
        )
        .set("at", table::n(NOW.0));
    scene.db.write(odd, soon()).await.unwrap();
    let unread = scene
        .payments
        .moved_on(NOW, |movement| panic!("{movement:?}"))
        .await;
    assert_eq!(unread.unwrap(), 1);
    let (bought, bad) = scene.payments.all().await.unwrap();
    assert_eq!((bought.len(), bad), (3, vec!["movement#1#odd".to_owned()]));
}

#[tokio::test]
async fn a_part_of_the_money_that_is_worth_no_whole_credit_is_written_down_and_moves_nothing() {
    let scene = Scene::new().await;
    let granted = scene.grant().await;
    assert_eq!(scene.settle(&granted).await.unwrap(), Settled::Written);
    let before = scene.read().await;
    let kopeck = Step::of(before.clone(), &granted.after, told(&granted.after, &truth(1)));
    assert_eq!(kopeck.entry.1, Credits::ZERO);
    assert_eq!(scene.settle(&kopeck).await.unwrap(), Settled::Written);
    assert_eq!(scene.read().await, before);
    let stands = scene.payments.payment(kopeck.after.id()).await.unwrap();
    assert_eq!(stands, Some(kopeck.after));
}

#[tokio::test]
async fn a_purchase_is_written_only_as_it_was_read_and_a_lost_answer_is_no_refusal() {
    let scene = Scene::new().await;
    let put = async |purchase: &Purchase| scene.payments.put_purchase(purchase, soon()).await.unwrap();
    assert_eq!(put(&purchase()).await, Written::Yes);
    assert_eq!(put(&purchase()).await, Written::Yes, "it was its own first try");
    let opened = purchase().opened(Some("22d6".to_owned()), None);
    assert_eq!(put(&opened).await, Written::Yes);
    let before = scene.everything().await;
    let other = Purchase {
        title: "Premium".to_owned(),
        ..purchase()
    };
    for late in [purchase(), other, purchase().gone(), opened.gone().gone()] {
        assert_eq!(put(&late).await, Written::Overtaken, "{late:?}");
    }
    assert_eq!(scene.everything().await, before);
}

#[tokio::test]
async fn a_payment_is_written_only_as_it_was_read_and_a_lost_answer_is_no_refusal() {
    let scene = Scene::new().await;
    let put = async |record: &Record| scene.payments.put_payment(record, soon()).await.unwrap();
    let (first, _) = told(&unheard(), &truth(0));
    assert_eq!(put(&first).await, Written::Yes);
    assert_eq!(put(&first).await, Written::Yes, "it was its own first try");
    let second = first.told();
    assert_eq!(put(&second).await, Written::Yes);
    let before = scene.everything().await;
    for late in [first.clone(), first.not_told(NOW), second.told().told()] {
        assert_eq!(put(&late).await, Written::Overtaken, "{late:?}");
    }
    assert_eq!(scene.everything().await, before);
}

/// Scene whose customer has bought, spent nothing, and had everything deleted; and what was bought.
async fn given_up() -> (Scene, Record) {
    let scene = Scene::new().await;
    let granted = scene.grant().await;
    assert_eq!(scene.settle(&granted).await.unwrap(), Settled::Written);
    scene.erase(NOW).await;
    (scene, granted.after)
}

#[tokio::test]
async fn money_that_goes_back_takes_first_what_was_given_up_of_it() {
    let (scene, given) = given_up().await;
    let later = scene.read().await;
    assert_eq!(
        (later.balance.available, later.balance.forfeited),
        (Credits(0), Credits(22))
    );
    let back = Step::of(later, &given, told(&given, &truth(69_900)));
    assert_eq!(back.recalled, GIVEN);
    assert_eq!(scene.settle(&back).await.unwrap(), Settled::Written);
    let after = scene.read().await.balance;
    assert_eq!(
        (after.forfeited, after.clawed, after.debt),
        (Credits(2), GIVEN, Credits(0))
    );
    assert!(after.is_sound());
}

#[tokio::test]
async fn what_was_given_up_is_recalled_once() {
    let (scene, given) = given_up().await;
    let back = Step::of(scene.read().await, &given, told(&given, &truth(69_900)));
    let other =
        Write::update("account", &scene.tables.accounts, rows::account_key(USER)).set("forfeited", n(19));
    scene.db.write(other, soon()).await.unwrap();
    scene.overtakes_step(&back).await;
}

#[tokio::test]
async fn a_step_needs_an_account_that_was_not_emptied_meanwhile() {
    let scene = Scene::new().await;
    let grant = scene.grant().await;
    scene.erase(NOW).await;
    scene.overtakes_step(&grant).await;
    // A second time is another time.
    let grant = scene.grant().await;
    scene.erase(NOW.after(Millis(5))).await;
    scene.overtakes_step(&grant).await;
    let grant = scene.grant().await;
    assert_eq!(scene.settle(&grant).await.unwrap(), Settled::Written);
}

#[tokio::test]
async fn a_step_needs_the_payment_as_it_was_read() {
    let scene = Scene::new().await;
    let step = scene.grant().await;
    // Somebody has held it for an operator meanwhile: no entry stands in the way.
    let held = unheard().payment.held_for(domain::payment::Misfit::PlanRuns);
    let held = unheard().after(&held, NOW);
    let written = scene.payments.put_payment(&held, soon()).await.unwrap();
    assert_eq!(written, Written::Yes);
    scene.overtakes_step(&step).await;
}

#[tokio::test]
async fn a_step_needs_the_purchase_as_it_was_read() {
    let scene = Scene::new().await;
    let put = async |purchase: &Purchase| scene.payments.put_purchase(purchase, soon()).await.unwrap();
    assert_eq!(put(&purchase()).await, Written::Yes);
    let mut step = scene.grant().await;
    step.purchase = Some(purchase().paid(step.after.id().clone()));
    assert_eq!(put(&purchase().gone()).await, Written::Yes);
    scene.overtakes_step(&step).await;
    step.purchase = Some(purchase().gone().paid(step.after.id().clone()));
    assert_eq!(scene.settle(&step).await.unwrap(), Settled::Written);
}

#[tokio::test]
async fn an_entry_that_stands_although_its_payment_does_not_know_it_is_for_a_person() {
    let scene = Scene::new().await;
    let step = scene.grant().await;
    scene.entry(step.entry.0.clone()).await;
    let before = scene.everything().await;
    let outcome = scene.settle(&step).await;
    assert!(matches!(outcome, Err(Error::Unsound { .. })), "{outcome:?}");
    assert_eq!(scene.everything().await, before);
}

#[tokio::test]
async fn a_plan_is_given_only_where_there_is_an_account() {
    let scene = Scene::new().await;
    let mut step = scene.grant().await;
    // Without credits nothing of the account but its being there can refuse.
    step.account = Account::new(UserId(8));
    step.entry.1 = Credits::ZERO;
    step.standing = Some(Standing {
        revision: 1,
        ..Standing::default()
    });
    scene.overtakes_step(&step).await;
}

#[tokio::test]
async fn debt_is_paid_from_what_there_was_when_it_was_read() {
    let scene = Scene::new().await;
    scene.owes(0, 3).await;
    let step = scene.grant().await;
    scene.owes(1, 3).await;
    scene.overtakes_step(&step).await;
    scene.owes(0, 2).await;
    scene.overtakes_step(&step).await;
    scene.owes(0, 3).await;
    assert_eq!(scene.settle(&step).await.unwrap(), Settled::Written);
    let balance = scene.read().await.balance;
    assert_eq!((balance.available, balance.debt), (Credits(17), Credits::ZERO));
}

#[tokio::test]
async fn a_debt_that_was_made_meanwhile_is_not_passed_over() {
    let scene = Scene::new().await;
    let step = scene.grant().await;
    scene.owes(2, 1).await;
    scene.overtakes_step(&step).await;
}

#[tokio::test]
async fn what_is_set_aside_or_gone_must_be_there() {
    let scene = Scene::new().await;
    let step = scene.aside().await;
    scene.account(|write| write.set("available", n(19))).await;
    scene.overtakes_step(&step).await;
    scene.account(|write| write.set("available", n(22))).await;
    assert_eq!(scene.settle(&step).await.unwrap(), Settled::Written);
    let taken = Step::of(scene.read().await, &step.after, told(&step.after, &truth(69_900)));
    scene.account(|write| write.set("aside", n(19))).await;
    scene.overtakes_step(&taken).await;
}

#[tokio::test]
async fn an_account_is_never_given_more_than_it_can_count() {
    let scene = Scene::new().await;
    let step = scene.grant().await;
    let nearly = i64::from(u32::MAX) - 19;
    scene.account(|write| write.set("granted", n(nearly))).await;
    scene.overtakes_step(&step).await;
    let before = scene.everything().await;
    let again = scene.grant().await;
    assert_eq!(scene.settle(&again).await.unwrap(), Settled::TooMuch);
    assert_eq!(scene.everything().await, before);
    // It moved on before the step was even tried: that is no reason to call anybody.
    scene.account(|write| write.set("granted", n(2))).await;
    let mut aside = scene.aside().await;
    aside.account.balance.available = Credits::ZERO;
    scene.overtakes_step(&aside).await;
}

#[tokio::test]
async fn a_plan_begins_on_the_standing_that_was_read() {
    let scene = Scene::new().await;
    let mut step = scene.grant().await;
    let plan = Held {
        key: "month".to_owned(),
        until: Some(NOW.after(Millis::from_mins(60))),
    };
    step.standing = Some(Standing {
        revision: 1,
        plan: Some(plan),
        ..Standing::default()
    });
    scene
        .account(|write| write.set(limits_flags::standing::REVISION, n(1)))
        .await;
    scene.overtakes_step(&step).await;
    step.account = scene.read().await;
    assert_eq!(scene.settle(&step).await.unwrap(), Settled::Written);
    assert_eq!(scene.read().await.standing.revision, 2);
}

#[tokio::test]
async fn a_renewal_is_noted_with_the_standing_that_was_read_or_not_at_all() {
    let scene = Scene::new().await;
    let stands = purchase();
    scene.payments.put_purchase(&stands, soon()).await.unwrap();
    let called_off = stands.renewing(Renewal::Canceled);
    let after = Standing {
        revision: 1,
        ..Standing::default()
    };
    let note = async |account: &Account| {
        let step = (account, Some(&after));
        scene
            .payments
            .put_renewal(&called_off, step, soon())
            .await
            .unwrap()
    };
    let (read, nobody) = (scene.read().await, Account::new(UserId(8)));
    scene
        .account(|write| write.set(limits_flags::standing::REVISION, n(1)))
        .await;
    for account in [&read, &nobody] {
        assert_eq!(note(account).await, Written::Overtaken);
        let still = scene.payments.purchase(stands.id()).await.unwrap();
        assert_eq!(still.as_ref(), Some(&stands));
    }
    assert_eq!(note(&scene.read().await).await, Written::Yes);
    assert_eq!(scene.read().await.standing.revision, 2);
    assert_eq!(note(&scene.read().await).await, Written::Overtaken, "once");
}

#[tokio::test]
async fn what_is_written_besides_is_written_with_the_step_or_not_at_all() {
    let scene = Scene::new().await;
    let note = |id: &str| {
        let key = rows::entry_item(UserId(9), &Key::Adjust(id.to_owned()), Credits(1), NOW);
        Write::put("test", &scene.tables.ledger, key)
    };
    let mut step = scene.grant().await;
    step.besides = vec![note("r1")];
    assert_eq!(scene.settle(&step).await.unwrap(), Settled::Written);
    let noted = scene.everything().await;
    assert!(noted.iter().any(|row| row.contains("adjust#r1")), "{noted:#?}");
    step.besides = vec![note("r2")];
    scene.overtakes_step(&step).await;
}

#[tokio::test]
async fn a_debt_is_repaid_once_from_the_account_as_it_was_read() {
    let scene = Scene::new().await;
    let repay = async |account: &Account| scene.payments.repay(account, soon()).await.unwrap();
    let free = scene.read().await;
    assert_eq!(repay(&free).await, Credits::ZERO);
    scene.owes(5, 3).await;
    let owing = scene.read().await;
    for (available, debt) in [(5, 2), (4, 3)] {
        scene.owes(available, debt).await;
        let before = scene.everything().await;
        assert_eq!(repay(&owing).await, Credits::ZERO);
        assert_eq!(scene.everything().await, before);
    }
    scene.owes(5, 3).await;
    assert_eq!(repay(&owing).await, Credits(3));
    let paid = scene.read().await.balance;
    assert_eq!((paid.available, paid.debt), (Credits(2), Credits::ZERO));
    let before = scene.everything().await;
    assert_eq!(repay(&owing).await, Credits::ZERO, "once");
    assert_eq!(scene.everything().await, before);
}
